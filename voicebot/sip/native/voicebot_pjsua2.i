// The pjsua2 binding of pjproject with the two classes of this folder in it.
%module(directors="1") pjsua2

%{
#include <cstring>

#include "pcm_port.hpp"
#include "sip_guard.hpp"
%}

%include "pjsua2.i"

// Errors keep their code and reason; without this a C++ exception would end the process.
%exception {
    try {
        $action
    } catch (const pj::Error &error) {
        SWIG_PYTHON_THREAD_BEGIN_BLOCK;
        PyErr_SetString(PyExc_RuntimeError, error.info(false).c_str());
        SWIG_PYTHON_THREAD_END_BLOCK;
        SWIG_fail;
    }
}

// PCM is `bytes` in Python, copied once.
%typemap(out) voicebot::Pcm {
    $result = PyBytes_FromStringAndSize(reinterpret_cast<const char *>($1.samples.data()),
                                        Py_ssize_t($1.samples.size() * sizeof(int16_t)));
}
%typemap(in) const voicebot::Pcm & (voicebot::Pcm pcm, Py_buffer view) {
    if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE) != 0)
        SWIG_fail;
    const size_t samples = size_t(view.len) / sizeof(int16_t);
    pcm.samples.resize(samples);
    std::memcpy(pcm.samples.data(), view.buf, samples * sizeof(int16_t));
    PyBuffer_Release(&view);
    $1 = &pcm;
}
%ignore voicebot::Pcm;

// These hold a lock for a few microseconds that no thread holds while it waits for Python: to
// give the interpreter's lock away and queue for it again would cost more than the call itself.
%nothread voicebot::PcmPort::read;
%nothread voicebot::PcmPort::write;
%nothread voicebot::PcmPort::flush;
%nothread voicebot::PcmPort::pending;
%nothread voicebot::PcmPort::received;
%nothread voicebot::PcmPort::mute;
%nothread voicebot::PcmPort::counters;
%nothread voicebot::SipGuard::newRefers;

%include "pcm_port.hpp"
%include "sip_guard.hpp"

%inline %{
// pjlib writes to the terminal before an endpoint has a configuration; its messages carry numbers.
void setLogLevel(int level) { pj_log_set_level(level); }
%}
