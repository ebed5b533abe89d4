"""What callers say that no hotline has an entry for: small talk, half sentences, other matters."""

from __future__ import annotations

OUTSIDE: dict[str, tuple[str, ...]] = {
    "en": (
        *("hello can you hear me", "i am calling about something", "are you a robot"),
        *("what is the weather like today", "tell me a joke", "who won the game last night"),
        *("how old are you", "sing me a song", "what time is it in tokyo", "i love you"),
        *("can you recommend a restaurant", "how do i get to the station", "play some music"),
        *("what is the capital of france", "my neighbor is too loud", "i am just testing this"),
        *("turn off the lights please", "set an alarm for seven", "how tall is the eiffel tower"),
        *("that is what i told your colleague yesterday", "as i said before", "i have a question"),
        *("you never answer the phone", "this is ridiculous", "it does not work", "and then what"),
        *("could you speak a little louder", "one of my friends said so", "what was that again"),
        *("i was born in nineteen eighty", "my husband will call you later", "let me think"),
        *("the dog is barking", "wait i am on the other line", "is anybody there", "never mind"),
        *("what is the meaning of life", "do you like football", "how do i cook rice"),
        *("which horse will win", "are my parents at home", "who is the president"),
    ),
    "zh": (
        *("喂听得到吗", "你是机器人吗", "今天天气怎么样", "给我讲个笑话", "昨天谁赢了比赛"),
        *("你多大了", "唱首歌吧", "现在几点了", "附近有什么好吃的", "火车站怎么走", "放点音乐"),
        *("法国的首都是哪里", "我邻居太吵了", "我就是试一下", "把灯关了", "明天七点叫我起床"),
        *("我昨天跟你们同事说过了", "我刚才说了", "我有个问题", "你们电话老是打不通", "太过分了"),
        *("不好用", "然后呢", "声音大一点", "我朋友说的", "我一九八零年生的", "我老公等会儿打给你"),
        *("让我想想", "狗在叫", "等一下我在接另一个电话", "有人吗", "算了", "人生的意义是什么"),
        *("你喜欢足球吗", "米饭怎么煮", "股票会涨吗", "总统是谁", "我妈在家吗", "我买的东西到哪了"),
    ),
}
"""By language."""
