"""The Chinese words and colours of states and codes. Only words: decides nothing."""

Label = tuple[str, str]

ROLE = {"headquarters": "总部", "regional_manager": "大区经理", "store_manager": "店长", "guide": "导购"}
DEPARTMENT = {"headquarters": "总部", "region": "大区", "branch": "分公司", "store": "门店"}
ANSWER = {"tap": "点完成即可", "text": "写一段文字", "photo": "照片（文字可选）"}
LANE = {"welcome": "欢迎语", "interactive": "互动", "task": "任务", "bulk": "批量"}
CALL = {
    "message/send": "发应用消息",
    "message/update_template_card": "更新卡片",
    "externalcontact/send_welcome_msg": "发欢迎语",
    "externalcontact/mark_tag": "打标签",
    "externalcontact/remark": "改备注",
    "externalcontact/add_contact_way": "建渠道活码",
    "externalcontact/add_corp_tag": "建企业标签",
    "menu/create": "设应用菜单",
    "media/upload": "上传素材",
}
TIMELINE = {
    "added": "添加好友",
    "half_added": "扫码，等待通过",
    "tagged": "打标签",
    "auto_tagged": "自动打标签",
    "untagged": "去标签",
    "tag_failed": "标签没写进企业微信",
    "sent": "发送内容",
    "ended": "不再是好友",
    "transfer_failed": "转接没有成功",
    "consent": "接收意愿变更",
    "care": "客户关怀",
}
ENDED_BY = {"customer": "客户删除了导购", "guide": "导购删除了客户", "transfer": "转接给了别人"}
OUTCOMES = {"done": "已完成", "skip": "跳过"}
CONSENT = {"all": "正常接收", "service_only": "只收服务消息", "none": "不接收"}
ABOUT = {
    "task": "任务",
    "care": "客户关怀",
    "board": "榜单",
    "follow": "客户跟进",
    "customer": "客户",
    "staff": "成员",
    "code": "渠道活码",
    "event": "回调事件",
    "message": "消息",
    "welcome": "欢迎语",
    "menu": "应用菜单",
    "media": "素材",
}
STEPS = {"departments": "部门", "users": "员工", "unseen": "不再出现的员工", "tags": "标签", "customers": "客户"}
COUNTS = {
    "seen": "看到",
    "changed": "有变化",
    "departments": "部门",
    "found": "仍在职",
    "departed": "已离职",
    "invisible": "看不到",
    "groups": "标签组",
    "tags": "标签",
    "guides": "开通客户联系的成员",
    "new": "新增",
    "ended": "已结束的关系",
}
SYNC = {"full": "全部", "org": "部门与员工", "customers": "客户", "tags": "标签"}
STATES: dict[str, dict[str, Label]] = {
    "task": {
        "draft": ("草稿", "secondary"),
        "published": ("下发中", "blue"),
        "running": ("进行中", "green"),
        "closed": ("已结束", "secondary"),
        "withdrawn": ("已撤回", "red"),
    },
    "assignment": {
        "open": ("未完成", "blue"),
        "done": ("已完成", "green"),
        "late": ("逾期", "orange"),
        "dropped": ("不再需要", "secondary"),
    },
    "message": {
        "waiting": ("等待中", "blue"),
        "sending": ("发送中", "blue"),
        "sent": ("已送出", "green"),
        "dead": ("失败", "red"),
        "expired": ("过期未发", "orange"),
    },
    "event": {
        "waiting": ("待处理", "blue"),
        "working": ("处理中", "blue"),
        "done": ("已处理", "green"),
        "ignored": ("不处理", "secondary"),
        "set_aside": ("搁置", "red"),
    },
    "sync": {
        "waiting": ("排队中", "blue"),
        "running": ("进行中", "blue"),
        "done": ("已完成", "green"),
        "failed": ("失败", "red"),
    },
    "staff": {
        "active": ("在职", "green"),
        "not_activated": ("未激活", "orange"),
        "disabled": ("已停用", "secondary"),
        "departed": ("已离职", "secondary"),
    },
    "item": {"draft": ("草稿", "secondary"), "published": ("已发布", "green"), "archived": ("已下架", "orange")},
    "code": {
        "wanted": ("生成中", "blue"),
        "ready": ("可用", "green"),
        "failed": ("失败", "red"),
    },
    "follow": {
        "half": ("待通过", "orange"),
        "active": ("跟进中", "green"),
        "ended_by_customer": ("被客户删除", "red"),
        "ended_by_guide": ("被导购删除", "secondary"),
        "transferred": ("已转接", "secondary"),
    },
    "consent": {"all": ("正常接收", "green"), "service_only": ("只收服务消息", "orange"), "none": ("不接收", "red")},
}
DEED = {
    "hq.sign_in": "登录控制台",
    "hq.sign_out": "退出控制台",
    "hq.not_found": "访问不存在或无权的页面",
    "task.save": "保存任务",
    "task.publish": "下发任务",
    "task.withdraw": "撤回任务",
    "content.save": "保存内容",
    "content.publish": "发布内容",
    "content.archive": "下架内容",
    "inbox.replay": "重放事件",
    "care_node.save": "保存客户 SOP 节点",
    "hq.codes": "生成渠道活码",
    "care.load_suggested": "载入建议的客户 SOP",
    "welcome.saved": "改欢迎语",
    "staff.set_role": "设角色",
    "staff.end_sessions": "强制退出登录",
    "staff.departed": "离职",
    "staff.renamed": "改账号",
    "sync.start": "开始同步",
    "outbox.resend": "重发消息",
    "outbox.resend_kind": "批量重发",
    "customer.consent": "改接收意愿",
}
FACTS = {
    "title": "标题",
    "path": "范围",
    "version": "版本",
    "before": "原来",
    "after": "现在",
    "old": "原来",
    "new": "现在",
    "userid": "账号",
    "text": "文字",
    "new_picture": "换了图片",
    "tag_ids": "标签",
    "source": "来源",
    "messages": "消息数",
    "kind": "种类",
    "guides": "导购数",
    "event": "事件",
    "change_type": "变更",
    "errcode": "错误码",
    "enabled": "启用",
    "department_id": "部门",
    "day": "第几天",
    "channel": "渠道",
    "cards_stopped": "拦下的卡片",
    "call": "接口",
    "by_hand": "手动",
    "added": "新增",
    "about": "对象",
}
SUBJECT = ABOUT | {"item": "内容", "care_node": "客户 SOP", "sync": "同步", "store": "门店", "call": "接口"}
WORDS = {
    "deed": DEED,
    "fact": FACTS,
    "step": STEPS,
    "count": COUNTS,
    "role": ROLE,
    "department": DEPARTMENT,
    "answer": ANSWER,
    "lane": LANE,
    "call": CALL,
    "timeline": TIMELINE,
    "sync": SYNC | {"first": "首次全部"},
    "item": {"script": "话术", "poster": "海报", "image": "图片", "link": "链接"},
    "receiver": {"app": "应用消息与客户联系", "contacts": "通讯录"},
    "consent_source": {"sidebar": "导购在侧边栏记下"},
    "via": {"card": "卡片", "sidebar": "侧边栏"},
    "gender": {0: "未知", 1: "男", 2: "女"},
}
