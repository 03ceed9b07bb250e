"""Which keys each deed takes, as /_control/do lists them and the README shows. `a|b`: one of them; `[a]`: may be left out."""

import re

CUSTOMER = "external_userid|customer"
PAIR = "userid external_userid"
IN_KF = "userid open_kfid external_userid"
WRITES = "content|msgtype [body]"
ENCLOSED = "[text] [attachments]"

KEYS: dict[str, str] = {
    # With customers
    "customer_scans": f"config_id|state|userid {CUSTOMER} [half]",
    "customer_sends": f"{PAIR} {WRITES}",
    "customer_deletes": PAIR,
    "customer_pays": f"{PAIR} amount [note]",
    "member_accepts": PAIR,
    "member_adds_customer": f"userid {CUSTOMER} [add_way] [accepted]",
    "member_sends": f"{PAIR} {WRITES}",
    "member_edits_customer": f"{PAIR} [remark] [description] [remark_mobiles] [add_tag] [remove_tag]",
    "member_deletes_customer": f"{PAIR} [source]",
    "transfer_fails": f"{PAIR} [reason]",
    "customer_refuses_transfer": "external_userid takeover_userid",
    "customer_accepts_transfer": "external_userid takeover_userid",
    # 获客链接
    "customer_opens_link": f"link_id|url [customer_channel] [{CUSTOMER}]",
    "customer_requests_by_link": f"link_id|url [customer_channel] {CUSTOMER}",
    "buys_quota": "count [days]",
    "admin_deletes_link": "link_id|url",
    # The app
    "member_texts_app": "userid content [agentid]",
    "member_enters_app": "userid [agentid]",
    "member_clicks_menu": "userid key [agentid]",
    "member_opens_menu_view": "userid url [agentid]",
    "member_opens_menu_miniprogram": "userid pagepath [agentid]",
    "member_clicks_card": "userid msgid|task_id key [selected] [agentid]",
    "member_card_menu": "userid msgid|task_id key [agentid]",
    "member_sends_app": "userid msgtype [media_id] [title] [description] [url] [picurl] [latitude] [longitude] [scale] [label] "
    "[agentid]",
    "member_reports_location": "userid [latitude] [longitude] [precision] [agentid]",
    "member_scans_code": "userid key result [scan_type] [agentid]",
    "member_sends_pictures": "userid key [count|media_ids] [agentid]",
    "member_selects_location": "userid key [poiname] [latitude] [longitude] [scale] [label] [agentid]",
    "app_warned": "event [effect_time] [userid] [agentid]",
    "open_approval_changes": "userid [status] [third_no] [name] [template_id] [info] [agentid]",
    # The corp
    "member_joins": "userid [name] [department] [is_leader] [position] [gender]",
    "member_moves": "userid department",
    "member_resigns": "userid",
    "member_activates": "userid",
    "member_disables": "userid",
    "member_license_changes": "userid licensed",
    "department_creates": "name [id] [parentid] [order]",
    "department_updates": "id [name] [parentid]",
    "department_deletes": "id",
    "tag_members_change": "tagid [add_users] [del_users] [add_parties] [del_parties]",
    "tag_creates": "group_id|group_name name [order]",
    "tag_edits": "id name",
    "tag_deletes": "id",
    "tags_shuffle": "[id]",
    # 客户群
    "group_creates": "userid name [userids] [external_userids]",
    "group_invites": "chat_id userid [userids] [external_userids] [link]",
    "customer_joins_group": f"config_id|state|chat_id {CUSTOMER}",
    "group_member_leaves": "chat_id userid|external_userid",
    "group_removes": "chat_id operator userid|external_userid",
    "group_renames": "chat_id name",
    "group_notices": "chat_id [notice]",
    "group_owner_changes": "chat_id new_owner",
    "group_admins_change": "chat_id userids",
    "group_dismisses": "chat_id",
    "group_says": f"chat_id userid|external_userid {WRITES}",
    "group_welcome_applies": "chat_id userid [template_id]",
    "group_welcome_sends": "chat_id userid template_id [external_userid]",
    # 企业群发 and 朋友圈
    "member_confirms_group_send": "userid msgid [targets]",
    "member_sends_own_group_send": f"userid external_userids|chat_ids {ENCLOSED}",
    "member_publishes_moment": "userid moment_id",
    "member_posts_moment": f"userid {ENCLOSED} [location]",
    "customer_likes_moment": "external_userid userid moment_id [unlike]",
    "customer_comments_moment": "external_userid userid moment_id content",
    "member_comments_moment": "userid moment_id content",
    # 微信客服
    "customer_opens_kf": f"open_kfid|url {CUSTOMER} [scene] [scene_param] [wechat_channels]",
    "customer_writes_kf": f"open_kfid external_userid {WRITES}",
    "customer_clicks_kf_menu": "open_kfid external_userid msgid menu_id",
    "customer_recalls_kf": "open_kfid external_userid msgid",
    "customer_rejects_kf": "open_kfid external_userid [refuses]",
    "servicer_answers_kf": f"{IN_KF} {WRITES}",
    "servicer_takes_kf": IN_KF,
    "servicer_hands_kf_over": f"{IN_KF} to",
    "servicer_ends_kf": IN_KF,
    "servicer_reopens_kf": f"{IN_KF} [content|msgtype] [body]",
    "servicer_changes_status": "userid open_kfid status [stop_type]",
    "servicer_recalls_kf": f"{IN_KF} msgid",
    "servicer_refuses_customer": f"{IN_KF} [refuses]",
    "kf_account_is_assigned": "open_kfid [assigned] [agentid]",
    # Anything else
    "emit": "[receiver] xml|fields",
}


def known(deed: str) -> list[str]:
    """The names of all keys a deed takes, in the order they are told."""
    return list(dict.fromkeys(re.findall(r"\w+", KEYS[deed])))
