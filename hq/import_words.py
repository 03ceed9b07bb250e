"""What the import pages say of each kind of file: what it is for, what a run changes, an example."""

HINTS = {
    "members": "会员号、手机号、生日、省市，写进已有的客户；空格子不会清掉原来的内容。",
    "orders": "以前的订单，用来算消费、分层和人群。同一个订单号导两遍只算一次，退款只增不减。",
    "tags": "给客户打标签；标签要先在「标签」里建好，多个用顿号隔开。只加不减，互斥组会换成新的。",
    "sizes": "上衣、裤子、鞋码、身高……以文件里的为准。",
    "list": "只要能认出客户的列，得到一个固定名单的人群，名字就是文件名。",
}
NEWS = {
    "members": "位客户的资料会更新",
    "orders": "张订单是新的或有新退款",
    "tags": "位客户会多出标签",
    "sizes": "位客户的尺码会更新",
    "list": "位客户会进名单",
}
SAMPLES = {
    "member_no": "M000123",
    "phone": "13800138000",
    "birthday": "1990-03-25",
    "province": "江苏省",
    "city": "苏州市",
    "order_no": "SO20260101001",
    "at": "2026-01-01 14:30",
    "paid": "1299.00",
    "refunded": "",
    "store": "S021",
    "guide": "zhangsan",
    "goods": "长款羽绒服、围巾",
    "source": "pos",
    "tags": "高客单、羽绒服",
    "上衣": "L",
    "裤子": "30",
    "鞋码": "38",
    "身高": "165",
    "体重": "52",
    "颜色": "米白",
    "生日": "3-25",
}
