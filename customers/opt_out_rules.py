"""Hearing a "please don't" in what a customer writes: 退订, 别发广告, 不要再发, 别再联系 … and not in 退货, 别忘了发我. Pure."""

import re
import unicodedata

from customers.models import Consent

LONGEST = 200
_IN_ENGLISH = {"unsubscribe", "stop"}
# Unicode categories beside signs, marks and spaces: what splits a text (line ends, pictures of a client's own), what is not seen.
_BETWEEN = {"Cc", "Co"}
_UNSEEN = {"Cf", "Mn", "Me", "Cs", "Cn"}
# 繁體 in, 简体 matched: only the characters these patterns are made of.
_PLAIN = str.maketrans(
    "別發廣擾聯繫係騷訂煩銷訊給這們電話請謝優動鏈圖種類總續關單貨轉圾嗎對興趣無許準絕舉報訴刪連東貓個來還點說軟傳",
    "别发广扰联系系骚订烦销讯给这们电话请谢优动链图种类总续关单货转圾吗对兴趣无许准绝举报诉删连东猫个来还点说软传",
)
_TAIL = (
    r"(?:了|啦|吧|呀|啊|哈|哦|呢|嘛|吗|么|好吗|好么|行吗|行么|可以吗|好不好|行不行|谢谢|谢了|谢谢你|谢谢您|拜托|求求了|求你了|"
    r"ok)*"
)
_HEAD = (
    r"(?:请|麻烦|拜托|求求|求你|你们|您们|你|您|亲|以后|今后|我|能不能|可不可以|可以|能|就|都|也|真的|那|好的?|嗯|哎|唉|烦死了|太烦了?|太多了?|"
    r"说了|说过了?|早就|已经|烦|谢谢|小姐姐|美女|店长|导购|不好意思)*"
)
_NOT = r"(?:别|莫|不要|不用|不许|不准|不必|甭|请勿|勿|停止|禁止|拒绝|少|不想再?|不想要|不需要|不接受|不再)"
_AGAIN = r"(?:再|老|老是|总|总是|一直|天天|每天|继续|随便|乱|频繁|这么|给我|跟我|向我|往我这里?|对我)*"
# Alternatives never overlap ("你们" and "的", no "你们的"): doubled ways to read a text double the work at each word of it.
_OF_THESE = (
    r"(?:我|给我|任何|这些|这种|这类|这个|那些|那种|你们|什么|啥|一些|没用的|"
    r"垃圾|骚扰|无聊的|乱七八糟的|营销|推广|促销|的)*"
)
_ADS = r"(?:广告|小广告|推销|营销|推广|促销|活动|优惠|优惠券|折扣|推送|新品|群发|链接|海报|推荐|软文|宣传)"
_SENDING = r"(?:发送|发来|发|推送|推|转发|传)"
_NEWS = r"(?:消息|信息|短信|微信|东西|内容|话术|通知|图|图片)"
_NAMES = r"(?:名单|群发|列表|通讯录|好友|微信|客户|你们)"
# "别发了，我收到了" is about one thing that came already, not about all that is to come.
_HAS_IT = re.compile(r"收到|看到|看见|有了|下单|买了|拍了|付了|知道|找到|存了|保存|记住|解决|明白|不用找|够了吗")
_ONE_THING = re.compile(rf"{_HEAD}(?:别|莫|不要|不用|不必|甭)(?:再)?{_SENDING}{_TAIL}")
_NOT_AGAIN = re.compile(r"不想|不要|不再|别|太多|好多|天天|每天|老是|总是|广告")
_BOTHER = r"(?:打扰|骚扰|烦|联系|找|打电话|私信|私聊|微信|理|cue)"

_FOR_ADS = [
    re.compile(pattern)
    for pattern in (
        rf"{_HEAD}(?:我要|我想|想要|申请|要求|帮我|给我|直接|全部|一键)*(?:退订|退定)(?:广告|短信|消息|推送|服务|通知|全部|所有|回复|回t|td)*{_TAIL}",
        rf"(?:回复?)?(?:td|t|r|n)(?:退订)?{_TAIL}",
        rf"{_HEAD}(?:全部|一律|直接|要)*拒收{_OF_THESE}{_ADS}?{_NEWS}?{_TAIL}",
        rf"{_HEAD}不(?:看|收|想看|想收){_OF_THESE}{_ADS}{_NEWS}?{_TAIL}",
        rf"{_HEAD}{_NOT}(?:再|老是?|总是?)*通知我?(?:任何|这些|什么|有)*{_ADS}{_TAIL}",
        rf"{_HEAD}(?:有)?(?:任何|什么|这种|这些|新)*{_ADS}(?:也|都|就)*{_NOT}(?:再)*(?:通知|告诉|发给|发|推给|推送给)我{_TAIL}",
        rf"{_HEAD}取消(?:订阅|推送|群发|广告){_TAIL}",
        rf"{_HEAD}{_NOT}{_AGAIN}(?:{_SENDING}{_TAIL})?{_OF_THESE}{_ADS}(?:类|类的|性质的)?{_NEWS}?(?:给我|过来)?{_TAIL}",
        rf"{_HEAD}{_NOT}{_AGAIN}(?:收到|接收|接受|收|看到|看){_OF_THESE}{_ADS}{_NEWS}?{_TAIL}",
        rf"{_HEAD}(?:有事|有问题|有需要)(?:我)?(?:再|会)?(?:找|联系)你们?{_HEAD}{_NOT}{_AGAIN}{_SENDING}.{{0,8}}",
        rf"{_HEAD}(?:怎么|为什么|为啥|咋|又)*(?:天天|每天|整天|成天|老是|总是|一直)(?:都|在|就)?(?:给我|跟我)?{_SENDING}(?:这些|这种|垃圾|骚扰)*"
        rf"(?:小?广告|推销|营销|垃圾){_NEWS}?{_TAIL}",
        rf"{_HEAD}(?:把我)?(?:屏蔽|关掉|关闭|停掉|停了)(?:这个|这些|你们的)*(?:推送|广告|群发){_TAIL}",
    )
]
_FOR_ALL = [
    re.compile(pattern)
    for pattern in (
        rf"{_HEAD}{_NOT}(?:再|老是?|总是?|一直|天天|每天|继续)+(?:给我|跟我|向我|往我这里?)?{_SENDING}(?:给我|我|过来)?{_OF_THESE}{_NEWS}?(?:给我|过来)?{_TAIL}",
        rf"{_HEAD}{_NOT}(?:给我|跟我|向我)?{_SENDING}{_OF_THESE}{_NEWS}(?:给我|过来)?{_TAIL}",
        rf"{_HEAD}(?:别|莫|不要|不用|甭)(?:给我)?{_SENDING}[了啦咯喽]{_TAIL}",
        rf"{_HEAD}{_NOT}(?:给我|跟我|向我){_SENDING}(?:这些|这种|这类|那些|那种)(?:东西)?{_TAIL}",
        rf"{_HEAD}不想再?收到了{_TAIL}",
        rf"{_HEAD}(?:把)?(?:删除|删掉|删了|清除|清空)(?:我|我的)(?:全部|所有|个人)*(?:信息|资料|数据|联系方式|手机号|电话号码|号码|账号){_TAIL}",
        rf"{_HEAD}(?:把)?(?:我|我的)(?:全部|所有|个人)*(?:信息|资料|数据|联系方式|手机号|电话号码|号码|账号)(?:都|全部|全)*"
        rf"(?:删除|删掉|删|清除|清空){_TAIL}",
        rf"{_HEAD}{_NOT}{_AGAIN}(?:收到|接收|收|看到|看){_OF_THESE}{_NEWS}{_TAIL}",
        rf"{_HEAD}(?:别|莫|不要)(?:再)?发我{_TAIL}",
        rf"{_HEAD}停止{_SENDING}{_TAIL}",
        rf"{_HEAD}(?:别|莫|不要)(?:再|老是?|总是?|天天|每天)*(?:给|往)我(?:的手机)?打电话{_TAIL}",
        rf"{_HEAD}{_NOT}再通知我{_TAIL}",
        rf"{_HEAD}把我(?:的微信)?(?:从{_OF_THESE}{_NAMES}+(?:里|中|里面)?)?(?:删|删除|删掉|移除|移出|去掉|拉黑){_NAMES}*{_TAIL}",
        rf"{_HEAD}{_NOT}{_AGAIN}(?:来|去|被)?{_BOTHER}(?:我|人|到我)+{_TAIL}",
        rf"{_HEAD}{_NOT}(?:再|老是?|总是?|一直|天天|每天|继续)+(?:来|跟我|和我)?(?:打扰|骚扰|联系|私信|打电话|烦人){_TAIL}",
        rf"{_HEAD}(?:勿扰|请勿打扰|别打扰|不要打扰|别骚扰|不要骚扰|别联系|不要联系|别烦我?){_TAIL}",
        rf"(?:.*[了啦])?{_HEAD}(?:再{_SENDING}|再骚扰|再打扰|再给我{_SENDING}|还{_SENDING}|继续{_SENDING})(?:广告|消息|信息|我)*(?:我)?(?:就)?(?:拉黑|删|删除|举报|投诉)(?:你|你们|了)*{_TAIL}",
    )
]
# "说了退订还发": she asked before, and was sent to again. "退订单了怎么还发货" is about an order.
_SENT_AGAIN = re.compile(
    r"退订(?!单|金)[^怎为还又]{0,4}(?:怎么|为什么|为啥|咋)?(?:还|又)(?:在|是|要|老|一直|天天|给我)*(?:发|推|收到|打扰)(?!货|快递|顺丰|票|错)"
)
# What is said of the hour before the wish itself; one that asks only for the nights takes her off everything unasked for.
_TOO_LATE = re.compile(r"^(?:都|这么|那么|太|大)+(?:三更半夜|半夜三更|半夜|深夜|夜里|晚上|清早|晚)(?:的|了|就)*")
_AT_NIGHT = re.compile(
    r"(?:请|麻烦|以后|今后|每天|你们)*(?:三更半夜|半夜三更|半夜|深夜|夜里|晚上|凌晨|休息时间)(?:的时候|时间|的|里)?"
)
_REPEATED = re.compile(r"(..+?)\1+")
_LETTERS = {"t", "r", "n"}
# Said of something else, or turned round: what is left of the clause without these words decides.
_ABOUT_OTHERS = re.compile(
    r"(?:不要|别|没有?|不会|不想|不是|不能|怎么|怎样|如何|为什么|为啥|谁|哪里|哪儿|能|可以|是不是|会不会|误|点错|已经|之前|取消)退订"
    r"|退订(?:单|金|了吗|吗|怎么|成功|不了|是什么|什么|没|按|链接|的意思)"
    r"|(?:别|不要)忘|发(?:货|快递|顺丰|圆通|中通|韵达|邮政|京东|错|丢|漏|生|烧|火|愁|呆|票|朋友圈|光|皱|热|脾气|誓)"
)


def opt_out_in(text: str) -> Consent | None:
    """What her words ask for: NONE (leave me alone), SERVICE_ONLY (no advertising), or None when they ask for neither.

    Each clause is heard by itself, the strongest counts; words longer than 200 characters are a forwarded text, not a wish.
    """
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).lower().translate(_PLAIN)
    clauses = _clauses_of(plain)
    if "".join(clauses) in _IN_ENGLISH:
        return Consent.SERVICE_ONLY
    if any(_HAS_IT.search(clause) and not _NOT_AGAIN.search(clause) for clause in clauses):
        clauses = [clause for clause in clauses if not _ONE_THING.fullmatch(clause)]
    heard = {_heard(clause) for clause in clauses if clause not in _LETTERS or len(clauses) == 1}
    heard.add(_heard("".join(clauses)))
    return next((wish for wish in (Consent.NONE, Consent.SERVICE_ONLY) if wish in heard), None)


def _clauses_of(plain: str) -> list[str]:
    """What stands between signs, emoji and spaces, without what nobody sees (zero width, variation selectors) and 太晚了."""
    kinds = ((char, unicodedata.category(char)) for char in plain)
    seen = "".join(" " if kind[0] in "SPZ" or kind in _BETWEEN else char for char, kind in kinds if kind not in _UNSEEN)
    clauses = (_TOO_LATE.sub("", clause) for clause in seen.split())
    return [clause for clause in clauses if clause]


def _heard(clause: str) -> Consent | None:
    repeated = _REPEATED.fullmatch(clause)
    said = repeated[1] if repeated else clause
    night = _AT_NIGHT.match(said)
    if _SENT_AGAIN.search(said) or (night and _wish_in(said[night.end() :]) is not None):
        return Consent.SERVICE_ONLY
    return _wish_in(said)


def _wish_in(clause: str) -> Consent | None:
    if _ABOUT_OTHERS.search(clause):
        return None
    if any(pattern.fullmatch(clause) for pattern in _FOR_ADS):
        return Consent.SERVICE_ONLY
    return Consent.NONE if any(pattern.fullmatch(clause) for pattern in _FOR_ALL) else None


def tighter(one: Consent, other: Consent) -> Consent:
    """The one that lets us send less: what is heard in a message never loosens what she said before."""
    order = [Consent.ALL, Consent.SERVICE_ONLY, Consent.NONE]
    return max(Consent(one), Consent(other), key=order.index)
