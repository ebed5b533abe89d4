"""Builds the pjsua2 wheel; run by script/build-pjsua2, which has made the sources and the flags."""

import os

from setuptools import Extension, setup  # type: ignore[import-untyped]

setup(
    name="pjsua2",
    version=os.environ["PJSUA2_VERSION"],
    description="pjsua2 of pjproject, with voicebot's PcmPort and SipGuard",
    license="GPL-2.0-or-later",
    py_modules=["pjsua2"],
    ext_modules=[
        Extension(
            "_pjsua2",
            [
                "pjsua2_wrap.cpp",
                "pcm_port.cpp",
                "sip_guard.cpp",
                "objections.cpp",
                "dialogs.cpp",
                "options.cpp",
                "refers.cpp",
                "source_limit.cpp",
                "connections.cpp",
                "network.cpp",
                "info_keys.cpp",
            ],
            extra_compile_args=os.environ["PJSUA2_COMPILE_ARGS"].split(),
            extra_link_args=os.environ["PJSUA2_LINK_ARGS"].split(),
        )
    ],
)
