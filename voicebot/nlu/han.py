"""Chinese characters: traditional to simplified, and how they sound.

Recognizers confuse characters that sound alike, so a second comparison goes by pinyin without
tones, with the pairs folded that southern speakers and telephone lines merge (zh/z, n/l,
-ng/-n).
"""

from __future__ import annotations

from functools import lru_cache

HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007"
"""Character class of Han characters, for use inside `[...]` of a regular expression."""

_TRADITIONAL = (
    "萬與專業東絲兩嚴喪個豐臨為麗舉麼義烏樂喬習鄉書買亂爭於虧雲亞產畝親億僅從倉儀們價眾優會傘偉傳傷"
    "倫偽體餘傭俠侶僑側儲兒黨蘭關興養獸內岡冊寫軍農馮衝決況凍淨準涼減湊幾鳳憑凱擊劉則剛創刪別劑劍劇勸辦"
    "務動勵勁勞勢勝區醫華協單賣盧衛卻廠廳歷厲壓廁廈廚縣參雙發變敘葉號嘆嚇聽啟吳員嗎響問團園圍國圖圓聖場壞塊"
    "堅壇墳墜壘備夠頭奪奮獎婦媽嬌學孫寧寶實寵審憲宮寬賓對尋導壽將爾塵嘗盡層屬歲島嶺帥師帳帶幣幫庫應廟廢開異棄"
    "張彌彎彈強歸當錄彥徹徑憶懷態總戀懇惡惱悅懸驚慘慣憤願憂戲戰戶撲執擴掃揚擾撫拋護報擔擬擁擇掛撥損換據揮摯"
    "敵數齋鬥斷無舊時曠曆曬曉暫術樸機殺雜權條來極構槍楓櫃檸標棧棟樹樣橋檔檢樓欄殘毀氣漢湯溝沒潔淚澤淺測濟渾濃"
    "濤漲潤滿漸滲滯濾濱灘灣滅燈靈災爐點煉爛熱煩燒愛爺牆狀獨獄獲瑪環現電畫暢療瘋盤監蓋盜睜礙碼確禮禍離種積稱"
    "穩窮竊競筆築簡簽籃類糧緊紅約級紀純紗納紙紛紋組細終經結給絕統絲絡繼續綠線練縣編緣縮績總織繳繞網羅罰罷職聯聰"
    "腦腳臉臨藝節蘇範薦藥蟲補裝裡製複褲見規視覺覽觸計訂認討讓訓議訊記講許論設訪證評識訴診詞譯試詩話詢該詳語誤說請"
    "諸課誰調談謝譽譜謹讀讚變財責賢敗賬貨質販貪購貴貸費貼賀賊賓賞賠賴賺贈贏趕跡車軌轉輪軟輕較輔輛輸轄辭邊達遷過運還這"
    "進遠連遲選遺郵鄰釋鑒針釘鈴鉛銀銅銷鎖錢錶錯鍵鎮鏡鐘鐵鏈鑰長門閃閉間閱關隊階際陸陽陰陳險隨隱難雞雙雖電霧靜頂項順須"
    "預領頻題額顏顧顯風飛飯飲館餐駕駛騎騙驗髮魚鮮鳥鹽麥黃齊齒齡龍龜臺後週衹係麵隻誌徵鬆鬱檯颱噸嘍囉妳佔併佈貳"
)
_SIMPLE = (
    "万与专业东丝两严丧个丰临为丽举么义乌乐乔习乡书买乱争于亏云亚产亩亲亿仅从仓仪们价众优会伞伟传伤"
    "伦伪体余佣侠侣侨侧储儿党兰关兴养兽内冈册写军农冯冲决况冻净准凉减凑几凤凭凯击刘则刚创删别剂剑剧劝办"
    "务动励劲劳势胜区医华协单卖卢卫却厂厅历厉压厕厦厨县参双发变叙叶号叹吓听启吴员吗响问团园围国图圆圣场坏块"
    "坚坛坟坠垒备够头夺奋奖妇妈娇学孙宁宝实宠审宪宫宽宾对寻导寿将尔尘尝尽层属岁岛岭帅师帐带币帮库应庙废开异弃"
    "张弥弯弹强归当录彦彻径忆怀态总恋恳恶恼悦悬惊惨惯愤愿忧戏战户扑执扩扫扬扰抚抛护报担拟拥择挂拨损换据挥挚"
    "敌数斋斗断无旧时旷历晒晓暂术朴机杀杂权条来极构枪枫柜柠标栈栋树样桥档检楼栏残毁气汉汤沟没洁泪泽浅测济浑浓"
    "涛涨润满渐渗滞滤滨滩湾灭灯灵灾炉点炼烂热烦烧爱爷墙状独狱获玛环现电画畅疗疯盘监盖盗睁碍码确礼祸离种积称"
    "稳穷窃竞笔筑简签篮类粮紧红约级纪纯纱纳纸纷纹组细终经结给绝统丝络继续绿线练县编缘缩绩总织缴绕网罗罚罢职联聪"
    "脑脚脸临艺节苏范荐药虫补装里制复裤见规视觉览触计订认讨让训议讯记讲许论设访证评识诉诊词译试诗话询该详语误说请"
    "诸课谁调谈谢誉谱谨读赞变财责贤败账货质贩贪购贵贷费贴贺贼宾赏赔赖赚赠赢赶迹车轨转轮软轻较辅辆输辖辞边达迁过运还这"
    "进远连迟选遗邮邻释鉴针钉铃铅银铜销锁钱表错键镇镜钟铁链钥长门闪闭间阅关队阶际陆阳阴陈险随隐难鸡双虽电雾静顶项顺须"
    "预领频题额颜顾显风飞饭饮馆餐驾驶骑骗验发鱼鲜鸟盐麦黄齐齿龄龙龟台后周只系面只志征松郁台台吨喽啰你占并布贰"
)

SIMPLIFIED: dict[str, str] = dict(zip(_TRADITIONAL, _SIMPLE, strict=True))
"""Common traditional characters to simplified ones; the rest is met by sound."""

_IN_SERVICE = {"行": "hang", "还": "huan", "重": "chong", "长": "chang", "查": "cha", "单": "dan"}
"""Readings of characters with several that hotlines hear most (银行, 还款, 重置, 账单)."""

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("f", "h"))
_FINALS = (("iang", "ian"), ("uang", "uan"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=4_096)
def blur(syllable: str) -> str:
    """A toneless pinyin syllable with the commonly merged sounds folded into one."""
    for full, merged in _INITIALS:
        if syllable.startswith(full) and len(syllable) > len(full):
            syllable = merged + syllable[len(full) :]
            break
    for full, merged in _FINALS:
        if syllable.endswith(full):
            return syllable.removesuffix(full) + merged
    return syllable


@lru_cache(maxsize=16_384)
def sound_of(word: str) -> str:
    """The blurred syllable of a Han character read by itself; other words as they are."""
    if not is_han(word):
        return word
    from pypinyin import lazy_pinyin

    return blur(_IN_SERVICE.get(word) or lazy_pinyin(word)[0])


def sounds_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The sound of each token."""
    return tuple(map(sound_of, words))


def is_han(word: str) -> bool:
    """Whether a token is a Han character."""
    return len(word) == 1 and ("\u3400" <= word <= "\u9fff" or word == "\u3007")
