"""One template card of each kind with every part it may have, as a product would send them."""

from typing import Any


def five_cards(product: str) -> list[dict[str, Any]]:
    """text_notice, news_notice, button_interaction, vote_interaction, multiple_interaction; links go to `product`."""
    source = {"desc": "导购台", "desc_color": 1}
    jump = {"type": 1, "title": "打开第二页", "url": f"{product}/sidebar/second"}
    leads = {"type": 1, "url": f"{product}/sidebar/"}
    menu = {"desc": "不想再收到？", "action_list": [{"text": "稍后提醒", "key": "later"}]}
    rows = [
        {"keyname": "发布人", "value": "王敏"},
        {"type": 1, "keyname": "素材", "value": "打开素材", "url": f"{product}/sidebar/second"},
        {"type": 3, "keyname": "店长", "value": "陈静", "userid": "chenjing"},
    ]
    return [
        {
            "card_type": "text_notice", "source": source, "main_title": {"title": "昨日榜单", "desc": "上海徐家汇店"},
            "emphasis_content": {"title": "第 3 名", "desc": "全区 18 位导购"}, "sub_title_text": "比前一天上升 2 名",
            "quote_area": {"type": 0, "title": "总部说", "quote_text": "继续加油"}, "horizontal_content_list": rows,
            "jump_list": [jump], "card_action": leads,
        },
        {
            "card_type": "news_notice", "source": source, "main_title": {"title": "新品到店", "desc": "冬季系列"},
            "card_image": {"url": f"{product}/missing.png", "aspect_ratio": 2.25},
            "image_text_area": {"type": 1, "url": f"{product}/sidebar/", "title": "长款", "desc": "吊牌价 1,299",
                                "image_url": f"{product}/missing.png"},
            "vertical_content_list": [{"title": "上新 20 款", "desc": "库存已同步"}], "card_action": leads,
        },
        {
            "card_type": "button_interaction", "source": source, "action_menu": menu, "task_id": "task_1",
            "main_title": {"title": "朋友圈素材转发", "desc": "今天 18:00 前 · 约 5 分钟"}, "card_action": leads,
            "button_selection": {"question_key": "result", "title": "处理结果", "selected_id": "done",
                                 "option_list": [{"id": "done", "text": "已完成"}, {"id": "help", "text": "需要帮助"}]},
            "button_list": [{"text": "完成", "style": 1, "key": "finish"},
                            {"type": 1, "text": "去填写", "style": 2, "url": f"{product}/sidebar/second"}],
        },
        {
            "card_type": "vote_interaction", "source": {"desc": "导购台"}, "task_id": "vote_1",
            "main_title": {"title": "排班意向", "desc": "请在周五前选择"},
            "checkbox": {"question_key": "shift", "mode": 1,
                         "option_list": [{"id": "am", "text": "早班", "is_checked": True}, {"id": "pm", "text": "晚班"}]},
            "submit_button": {"text": "提交排班", "key": "vote"},
        },
        {
            "card_type": "multiple_interaction", "source": {"desc": "导购台"}, "task_id": "follow_1",
            "main_title": {"title": "客户跟进结果", "desc": "李女士"},
            "select_list": [
                {"question_key": "stage", "title": "阶段", "selected_id": "new",
                 "option_list": [{"id": "new", "text": "新客"}, {"id": "deal", "text": "已成交"}]},
                {"question_key": "next", "title": "下次联系", "selected_id": "d3",
                 "option_list": [{"id": "d3", "text": "3 天后"}, {"id": "d7", "text": "7 天后"}]},
            ],
            "submit_button": {"text": "提交跟进", "key": "follow"},
        },
    ]  # fmt: skip
