// What a callback is about, in a few Chinese words.

const NAMES = {
  add_external_contact: "添加客户",
  add_half_external_contact: "单向添加客户",
  edit_external_contact: "修改客户",
  del_external_contact: "删除客户",
  del_follow_user: "被客户删除",
  transfer_fail: "接替失败",
  create_user: "新增成员",
  update_user: "更新成员",
  delete_user: "删除成员",
  create_party: "新增部门",
  update_party: "更新部门",
  delete_party: "删除部门",
  update_tag: "成员标签变更",
  "change_external_chat/create": "新建客户群",
  "change_external_chat/update": "客户群变更",
  "change_external_chat/dismiss": "客户群解散",
  "change_external_tag/create": "新建客户标签",
  "change_external_tag/update": "修改客户标签",
  "change_external_tag/delete": "删除客户标签",
  "change_external_tag/shuffle": "客户标签排序",
  kf_msg_or_event: "微信客服消息",
  kf_account_auth_change: "客服账号授权变更",
  customer_acquisition: "获客助手",
  upload_media_job_finish: "素材上传完成",
  batch_job_result: "异步任务完成",
  template_card_event: "点击卡片",
  template_card_menu_event: "卡片菜单",
  enter_agent: "进入应用",
  click: "点击菜单",
  view: "打开菜单链接",
  subscribe: "成员关注",
  unsubscribe: "成员取消关注",
  LOCATION: "上报位置",
  text: "发消息给应用",
};

/** `event` and `change_type` of an attempt → its name. */
export const eventName = ({ event, change_type: change }) =>
  NAMES[`${event}/${change}`] || NAMES[change] || NAMES[event] || change || event || "事件";
