"""What the bot says and understands without being told: built-in prompts and global phrases.

A prompt of the same id in a flow replaces the built-in one.
"""

from __future__ import annotations

PROMPTS: dict[str, dict[str, str]] = {
    "en": {
        "did_you_say": "Did you say {value}?",
        "did_you_mean": "Did you mean {value}?",
        "say_yes_or_no": "Please say yes or no. Or press 1 for yes, 2 for no.",
        "sorry": "Sorry, I didn't get that.",
        "sorry_again": "Sorry, I still didn't get that.",
        "try_again": "OK, let's try that again.",
        "still_there": "Are you still there?",
        "no_help": "You can answer the question, say repeat, or ask for a person.",
        "use_keys": "I'm having trouble hearing you. Please use the keys of your telephone.",
        "one_moment": "One moment, please.",
        "apology": "I'm sorry, something went wrong.",
        "broken_off": "I'm sorry, something went wrong at our end. Please call again later.",
        "did_you_say_both": "Did you say {value}, and {other}?",
        "which_one": "Did you mean {value}, or {other}?",
        "corrected": "All right, {value}.",
        "go_on": "Please go on.",
        "well_then": "Now, where were we?",
        "cut_off": "We were cut off. Let's go on.",
        "never_mind": "All right, never mind.",
        "guess": "Do you want to {value}?",
        "nothing_before": "There was no question before this one.",
        "take_your_time": "Take your time. I am listening.",
        "time_is_up": "This call has reached its time limit. Goodbye.",
        "record_review": "To keep your message, press 1. To hear it, press 2. To record it again, "
        "press 3.",
        "record_again": "Please speak after the tone.",
        "your_question": "What would you like to know?",
        "anything_else": "Anything else?",
        "no_answer": "I'm afraid I have no answer to that. Could you put it another way?",
        "not_that_answer": "I'm sorry. Please ask me again, in other words.",
        "is_it_question": "Did you mean: {value}?",
        "which_question": "Did you mean: {value}? Or: {other}?",
        "callback_offer": "Shall we call you back on {value:digits}?",
        "callback_number": "On which number shall we call you back? Please key it in, and then "
        "the pound key. If you want no call, press only the pound key.",
        "callback_not_allowed": "I'm afraid we cannot call that number.",
        "callback_read_back": "That is {value:digits}. Is that right?",
    },
    "zh": {
        "did_you_say": "您说的是{value}，对吗？",
        "did_you_mean": "您是要{value}，对吗？",
        "say_yes_or_no": "请说是或者不是。是请按1，不是请按2。",
        "sorry": "对不起，我没有听清楚。",
        "sorry_again": "对不起，我还是没有听清楚。",
        "try_again": "好的，我们再来一次。",
        "still_there": "您还在吗？",
        "no_help": "您可以直接回答问题，也可以说再说一遍，或者转人工。",
        "use_keys": "现在我听不清您的声音，请用电话按键操作。",
        "one_moment": "请稍等。",
        "apology": "对不起，系统出了一点问题。",
        "broken_off": "对不起，系统暂时出了问题，请您稍后再拨。",
        "did_you_say_both": "您说的是{value}，{other}，对吗？",
        "which_one": "您是要{value}，还是{other}？",
        "corrected": "好的，{value}。",
        "go_on": "请继续。",
        "well_then": "好，我们继续。",
        "cut_off": "刚才断线了，我们继续。",
        "never_mind": "好的，那就不办了。",
        "guess": "您是要{value}，对吗？",
        "nothing_before": "前面没有别的问题了。",
        "take_your_time": "好的，不着急，您慢慢来。",
        "time_is_up": "本次通话已达到时间上限，再见。",
        "record_review": "保留留言请按1，收听请按2，重新录音请按3。",
        "record_again": "请在提示音后讲话。",
        "your_question": "您想了解什么？",
        "anything_else": "还有其他问题吗？",
        "no_answer": "抱歉，这个问题我答不上来。您可以换个说法再问一遍吗？",
        "not_that_answer": "抱歉，请您换个说法再问一遍。",
        "is_it_question": "您想问的是{value}，对吗？",
        "which_question": "您想问的是{value}，还是{other}？",
        "callback_offer": "我们回拨{value:digits}，可以吗？",
        "callback_number": "请输入我们回拨的号码，按井号键结束。不需要回电请直接按井号键。",
        "callback_not_allowed": "对不起，我们无法拨打这个号码。",
        "callback_read_back": "号码是{value:digits}，对吗？",
    },
}

GLOBAL_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "operator": (
            "operator",
            "agent",
            "representative",
            "human",
            "[i] [want | need] [to] (speak | talk) (to | with) (a | an | some) "
            "(agent | person | human | operator | representative | someone)",
            "(speak | talk) (to | with) (someone | somebody) [please]",
            "[can | could] [i] (speak | talk) (to | with) (someone | somebody | a person)",
            "[a] real person [please]",
            "customer service",
            "i want (a person | a human | an agent)",
        ),
        "help": ("help", "help me", "what can i say", "i don't know what to say", "options"),
        "repeat": (
            "repeat",
            "repeat that",
            "say that again",
            "[could] [you] [please] repeat that [please]",
            "pardon",
            "come again",
            "what did you say",
            "once more",
        ),
        "back": ("go back", "[the] previous question", "one step back"),
        "wait": (
            "(one | just a) moment [please]",
            "[please] (wait | hold on | hang on) [a (moment | minute | second)] [please]",
            "(one | just a) (second | minute) [please]",
            "let me (check | look | see | get it | find it)",
            "give me a (moment | minute | second)",
        ),
        "main_menu": ("main menu", "[go] back to the main menu", "start over", "start again"),
        "cancel": (
            "[oh] [just] (forget it | never mind | cancel that | leave it)",
            "[oh] forget (about it | the whole thing)",
            "i changed my mind",
            "i don't want (to do this | it | that) [any more | anymore]",
        ),
    },
    "zh": {
        "operator": (
            "人工",
            "转人工",
            "人工 服务",
            "(我 要 | 我 想 | 请) [转 | 找] 人工 [服务]",
            "客服",
            "[我 要 | 我 想] (找 | 转) 客服",
            "接线员",
            "我 要 跟 人 说话",
        ),
        "help": ("帮助", "怎么 操作", "我 可以 说 什么", "有 什么 选项"),
        "repeat": (
            "再 说 一遍",
            "重复",
            "[请] 重复 一遍",
            "没 听清",
            "你 说 什么",
            "请 再 说 一次",
        ),
        "back": ("返回 上一步", "上一步", "回到 上一步", "返回 上一级"),
        "wait": (
            "[请] (等 一下 | 稍等 | 等等 | 等 一 会儿) [啊]",
            "[请] 稍等 一下",
            "我 (找 | 看 | 查) [一下 | 一 找]",
        ),
        "main_menu": ("主菜单", "[返回 | 回到] 主菜单", "重新 开始", "从头 开始"),
        "cancel": (
            "[那 | 哎] 算了 [吧]",
            "不 办 了",
            "我 不 (办 | 要 办) 了",
            "不 想 办 了",
        ),
    },
}

UNIVERSALS = ("help", "repeat", "back", "wait")
"""Global commands that work without being declared; they need no node to lead to."""

FOLLOW_UP: dict[str, str] = {
    "en": "[and | but | so | okay | ok | well] [what about | how about | what if it is | "
    "what if it's | what if | make it | try] [for | on | at | in | to | from | with] [the | my] "
    "{{{slot}}} [then | instead | please | though]",
    "zh": "[那 | 那么 | 那 如果 | 如果 | 要是 | 换] [是 | 换成 | 改成 | 成] [在 | 到] {{{slot}}} "
    "[的] [话] [呢 | 怎么 样 | 可以 吗 | 行 吗]",
}
"""What callers say who ask for the same once more with one thing changed: "and tomorrow?"."""

REVIEW_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "keep": (
            "(keep | save | send) [it | the message | my message]",
            "[that's | it's] (fine | okay | ok | good | all right)",
            "yes",
        ),
        "listen": ("(listen | hear | play) [to] [it | the message | my message] [back]",),
        "again": (
            "[record | try] [it] again",
            "[i want to] record [it] (again | once more)",
            "(start over | no)",
        ),
    },
    "zh": {
        "keep": ("保留", "保存", "可以", "好 的"),
        "listen": ("收听", "听 一下", "我 要 听"),
        "again": ("重新 录", "重录", "再 录 一次", "重新 录音"),
    },
}
"""What callers say of the message that they recorded."""

NO_CALLBACK: dict[str, tuple[str, ...]] = {
    "en": ("[i want] no (call | callback)", "don't call [me] [back]", "(cancel | forget it)"),
    "zh": ("不用 回电", "不要 回拨", "算了", "取消"),
}
"""What callers say who want no callback."""

WHICH_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "first": ("[the] first [one]", "[the] former"),
        "second": ("[the] second [one]", "[the] latter"),
        "neither": ("neither [one | of them]", "none of (them | these | those)"),
    },
    "zh": {
        "first": ("第一 个", "前 一 个", "前面 那 个"),
        "second": ("第二 个", "后 一 个", "后面 那 个"),
        "neither": ("都 不是", "两 个 都 不是", "都 不 对"),
    },
}
"""What callers say when they are asked which of two they meant."""


def built_in(language: str) -> dict[str, str]:
    """The prompts of a language; English where there are none of it."""
    return PROMPTS.get(language, PROMPTS["en"])
