"""What agents hear when their phone calls a star code. A recording named `agent/ID` goes first."""

from __future__ import annotations

from voicebot.core.prompt import Prompt
from voicebot.prompts.wording import primary_tag

PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "logged_in": "You are logged in.",
        "logged_out": "You are logged out.",
        "logs_out_later": "You will be logged out after this call.",
        "paused": "You are on a pause:",
        "pauses_later": "After this call you are on a pause:",
        "reason_break": "break.",
        "reason_lunch": "lunch.",
        "reason_training": "training.",
        "reason_meeting": "meeting.",
        "reason_outbound": "calls of your own.",
        "resumed": "You get calls again.",
        "wrapped": "Wrap-up is over. You get calls again.",
        "extended": "You have half a minute more.",
        "not_logged_in": "You are not logged in.",
        "not_paused": "You are not on a pause.",
        "no_wrap_up": "There is no wrap-up just now.",
        "timed_wrap_up": "This wrap-up lasts its time.",
        "wrap_up_cap": "This wrap-up cannot be longer.",
        "unknown_code": "There is no such code.",
        "not_permitted": "You may not do that.",
        "enter_number": "Please key in your agent number, and then the pound key.",
        "enter_pin": "Please key in your PIN, and then the pound key.",
        "wrong_pin": "That is not right.",
        "locked": "Too many wrong attempts. Please try again later.",
        "no_such_talk": "This agent is not talking to anybody.",
        "no_such_place": "Nobody is waiting.",
        "not_possible": "That is not possible just now.",
        "failed": "That did not work. Please try again.",
    },
    "zh": {
        "logged_in": "您已登录。",
        "logged_out": "您已退出。",
        "logs_out_later": "本次通话结束后您将退出。",
        "paused": "您已暂停接听：",
        "pauses_later": "本次通话结束后您将暂停接听：",
        "reason_break": "休息。",
        "reason_lunch": "用餐。",
        "reason_training": "培训。",
        "reason_meeting": "会议。",
        "reason_outbound": "外呼。",
        "resumed": "您已恢复接听。",
        "wrapped": "整理结束，您已恢复接听。",
        "extended": "整理时间延长半分钟。",
        "not_logged_in": "您还没有登录。",
        "not_paused": "您没有暂停。",
        "no_wrap_up": "现在没有整理时间。",
        "timed_wrap_up": "整理时间到时才会结束。",
        "wrap_up_cap": "整理时间不能再延长。",
        "unknown_code": "没有这个代码。",
        "not_permitted": "您没有这个权限。",
        "enter_number": "请输入您的工号，按井号键结束。",
        "enter_pin": "请输入您的密码，按井号键结束。",
        "wrong_pin": "输入不正确。",
        "locked": "错误次数过多，请稍后再试。",
        "no_such_talk": "该坐席没有在通话。",
        "no_such_place": "没有人在等待。",
        "not_possible": "现在无法完成。",
        "failed": "操作没有成功，请再试一次。",
    },
}


def agent_prompt(phrase: str, language: str) -> Prompt:
    """One of them; in English where the language has none."""
    tag = primary_tag(language)
    tag = tag if tag in PHRASES else "en"
    return Prompt((PHRASES[tag][phrase],), tag, f"agent/{phrase}")


def every_agent_prompt(language: str) -> tuple[Prompt, ...]:
    """All of a language, to be made ready."""
    return tuple(agent_prompt(phrase, language) for phrase in PHRASES["en"])
