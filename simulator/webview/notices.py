"""Pages the webview shows when there is nothing of the product to show."""

from html import escape

from werkzeug.wrappers import Response

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
body{{margin:0;min-height:100vh;display:grid;place-content:center;justify-items:center;gap:12px;padding:24px;
box-sizing:border-box;text-align:center;
font:14px/1.7 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:#5b6472;background:#f5f6f8}}
h1{{margin:0;font-size:18px;font-weight:600;color:#1d2530}}p{{margin:0;max-width:26em}}
code{{display:block;font:12px/1.6 ui-monospace,monospace;color:#8a93a0;word-break:break-all}}
a{{color:#2468f2;text-decoration:none;border:1px solid #cfd6e0;border-radius:6px;padding:6px 18px;
background:#fff}}
</style></head><body><h1>{title}</h1><p>{text}</p><code>{detail}</code>{link}</body></html>"""


def product_silent(product: str, reason: str) -> Response:
    """502: the product is not running or broke off; the person can try again."""
    text = "工作台应用没有应答。请确认产品已启动，再重新加载；产品在别的地址时，启动模拟器要加 --product-url http://主机:端口。"
    page = PAGE.format(title="页面打不开", text=text, detail=escape(f"{product} · {reason}"), link='<a href="">重新加载</a>')
    return Response(page, status=502, mimetype="text/html")


def not_a_member(userid: str) -> Response:
    """404: the host names nobody in this corp."""
    page = PAGE.format(title="没有这位成员", text="通讯录里找不到这个账号。", detail=escape(userid), link="")
    return Response(page, status=404, mimetype="text/html")


def too_many_pages(most: int) -> Response:
    """503: so many pages wait for the product that no thread would be left for its own calls."""
    text = f"同时打开的页面太多（最多 {most} 个）。请关闭几个页面，然后重试。"
    page = PAGE.format(title="页面太多", text=text, detail="503", link='<a href="">重新加载</a>')
    return Response(page, status=503, mimetype="text/html")
