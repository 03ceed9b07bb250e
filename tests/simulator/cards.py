"""The documented sample cards (DOC 90236) with addresses a test can use."""

from typing import Any

Json = dict[str, Any]
URL = "https://guide.example.com"

BUTTONS: Json = {
    "card_type": "button_interaction",
    "source": {"icon_url": f"{URL}/i.png", "desc": "导购助手", "desc_color": 1},
    "main_title": {"title": "客户到店提醒", "desc": "李四 已到店"},
    "quote_area": {"type": 1, "url": URL, "title": "引用", "quote_text": "下午三点"},
    "sub_title_text": "请尽快接待",
    "horizontal_content_list": [
        {"keyname": "会员", "value": "金卡"}, {"type": 3, "keyname": "导购", "value": "李小美", "userid": "lixiaomei"},
    ],
    "card_action": {"type": 1, "url": URL},
    "task_id": "visit_20260101_001",
    "button_selection": {
        "question_key": "q1", "title": "处理结果", "selected_id": "a",
        "option_list": [{"id": "a", "text": "已接待"}, {"id": "b", "text": "转交"}],
    },
    "button_list": [
        {"text": "提交", "style": 1, "key": "submit"}, {"text": "忽略", "style": 2, "key": "ignore"},
        {"type": 1, "text": "打开", "url": f"{URL}/open"},
    ],
}  # fmt: skip
TEXT_NOTICE: Json = {
    "card_type": "text_notice",
    "source": {"icon_url": f"{URL}/i.png", "desc": "导购助手", "desc_color": 1},
    "action_menu": {
        "desc": "消息气泡副交互辅助文本说明",
        "action_list": [{"text": "不再推送", "key": "mute"}, {"text": "稍后提醒", "key": "later"}],
    },
    "task_id": "daily_20260101_zhangsan",
    "main_title": {"title": "今日待办", "desc": "2026-01-01 门店 徐家汇"},
    "emphasis_content": {"title": "12", "desc": "待联系客户"},
    "sub_title_text": "其中 3 位客户 30 天未联系",
    "horizontal_content_list": [
        {"keyname": "生日客户", "value": "2"}, {"type": 1, "keyname": "名单", "value": "点击查看", "url": f"{URL}/list"},
    ],
    "jump_list": [
        {"type": 1, "title": "打开工作台", "url": URL},
        {"type": 2, "title": "打开小程序", "appid": "wx0000000000000000", "pagepath": "/index.html"},
    ],
    "card_action": {"type": 1, "url": URL, "appid": "", "pagepath": ""},
}  # fmt: skip
NEWS_NOTICE: Json = {
    "card_type": "news_notice",
    "task_id": "news_1",
    "main_title": {"title": "新品到店", "desc": "春季系列"},
    "image_text_area": {"type": 1, "url": URL, "title": "左图右文标题", "desc": "描述", "image_url": f"{URL}/a.png"},
    "card_image": {"url": f"{URL}/b.png", "aspect_ratio": 1.3},
    "vertical_content_list": [{"title": "上新 20 款", "desc": "库存已同步"}],
    "horizontal_content_list": [{"keyname": "吊牌价", "value": "399 起"}],
    "card_action": {"type": 2, "url": URL, "appid": "wx0", "pagepath": "/index.html"},
}
VOTE: Json = {
    "card_type": "vote_interaction",
    "source": {"icon_url": f"{URL}/i.png", "desc": "导购助手"},
    "main_title": {"title": "排班意向", "desc": "请在周五前选择"},
    "task_id": "vote_1",
    "checkbox": {
        "question_key": "shift", "mode": 1,
        "option_list": [{"id": "am", "text": "早班", "is_checked": True}, {"id": "pm", "text": "晚班", "is_checked": False}],
    },
    "submit_button": {"text": "提交", "key": "vote_submit"},
}  # fmt: skip
SELECTS: Json = {
    "card_type": "multiple_interaction",
    "main_title": {"title": "客户跟进结果", "desc": "李女士"},
    "task_id": "follow_1",
    "select_list": [
        {"question_key": "stage", "title": "阶段", "selected_id": "new",
         "option_list": [{"id": "new", "text": "新客"}, {"id": "deal", "text": "已成交"}]},
        {"question_key": "next", "title": "下次联系", "selected_id": "d3",
         "option_list": [{"id": "d3", "text": "3 天后"}, {"id": "d7", "text": "7 天后"}]},
    ],
    "submit_button": {"text": "提交", "key": "follow_submit"},
}  # fmt: skip
ALL = {card["card_type"]: card for card in (BUTTONS, TEXT_NOTICE, NEWS_NOTICE, VOTE, SELECTS)}


def without(card: Json, *names: str) -> Json:
    return {key: value for key, value in card.items() if key not in names}
