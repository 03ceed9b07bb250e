"""The Chinese words of the customer page: where a tag, an answer, a contact or an owner came from. Only words."""

TAG_SOURCES = {
    "guide": "导购",
    "channel": "渠道活码",
    "rule": "自动规则",
    "import": "导入",
    "campaign": "活动",
    "console": "总部",
}
PROFILE_SOURCES = {
    "guide": "导购", "import": "导入", "order": "订单", "api": "开放接口", "console": "总部", "customer": "本人",
    "record": "会员资料",
}  # fmt: skip
CONTACT_CHANNELS = {
    "chat": "单聊", "mass": "群发", "group": "社群", "moment": "朋友圈", "kf": "微信客服", "sms": "短信", "phone": "电话",
    "welcome": "欢迎语", "send": "侧边栏发送", "sidebar": "侧边栏", "store": "到店",
}  # fmt: skip
BY = {
    "rule": "自动规则", "job": "系统", "import": "导入", "channel": "渠道活码", "event": "企业微信", "platform": "企业微信",
    "guide": "导购", "client": "企业微信", "console": "控制台", "expired": "到期", "api": "开放接口", "batch": "批量操作",
    "bot": "机器人",
}  # fmt: skip
