"""How values are said in Mandarin, as the words that may occur in them (for Vosk)."""

from __future__ import annotations

from voicebot.core.meaning import SlotType

_DIGITS = "零 幺 一 二 三 四 五 六 七 八 九"
_NUMBERS = f"{_DIGITS} 两 十 百 千 万 亿 点 负"
_DATE = "今天 明天 后天 昨天 大后天 年 月 日 号 星期 周 礼拜 下 下周 这 这周 上 天 末"
_TIME = "点 点钟 分 半 一刻 三刻 早上 上午 中午 下午 晚上 凌晨 整"

WORDS: dict[SlotType, str] = {
    SlotType.DIGITS: _DIGITS,
    SlotType.PHONE: f"{_DIGITS} 加",
    SlotType.CARD: _DIGITS,
    SlotType.NUMBER: _NUMBERS,
    SlotType.YES_NO: (
        "是 是的 对 对的 好 好的 可以 行 嗯 没错 要 确认 正确"
        " 不 不是 不对 不用 不要 不行 不可以 没有 错 错了 不好"
    ),
    SlotType.DATE: f"{_NUMBERS} {_DATE}",
    SlotType.TIME: f"{_NUMBERS} {_TIME}",
    SlotType.DATETIME: f"{_NUMBERS} {_DATE} {_TIME}",
    SlotType.DURATION: f"{_NUMBERS} 秒 秒钟 分钟 小时 个 钟头 天 周 星期 月 年 半",
    SlotType.MONEY: f"{_NUMBERS} 元 块 块钱 毛 角 分 人民币 美元",
}
FILLERS = "请 我 要 想 的 是 嗯 啊"
