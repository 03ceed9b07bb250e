"""客户朋友圈: plans a Moment in a job of some seconds, looks at the job, stops what is not published (DOC 95094, 97612)."""

from typing import Any

from simulator import ids, moment_publishing
from simulator.api.attachments import MOMENT, attached
from simulator.api.call import Call, Endpoint, integers, mapping, mappings, strings, text
from simulator.errors import TEXTS, ApiError, wrong_json
from simulator.quotas import MINUTE, MONTH
from simulator.world.moments import Job, Moment

MOST_IMAGES = 9
MOST_SENDERS = 100_000
MOST_CHARS, MOST_BYTES = 2000, 4000


def add(call: Call) -> dict[str, Any]:
    """45009 over ten a minute, 41210 over the month's number."""
    content, attachments = _content(call), _attachments(call)
    if not content and not attachments:
        raise ApiError(41089)
    world, figures = call.world, call.world.limits.quotas.figures
    moment = Moment(ids.moment_id(world.rng), world.seconds, content, attachments)
    job = Job(ids.opaque(world.rng, 43), call.app.agentid, world.now, moment.moment_id)
    _aim(call, job, moment)
    if not world.limits.quotas.take("moment_jobs", "", world.now, MINUTE, figures["moment_jobs_per_minute"]):
        raise ApiError(45009)
    if not world.limits.quotas.fits("moments", "", world.now, MONTH, figures["moments_per_month"]):
        raise ApiError(41210)
    moment_publishing.keep_media(world, moment)
    call.state.moments.jobs[job.jobid], call.state.moments.coming[job.jobid] = job, moment
    return {"jobid": job.jobid}


def show_job(call: Call) -> dict[str, Any]:
    """For the app that asked, for 24 hours; the result only once it is done."""
    jobid = call.args.get("jobid", "")
    if not jobid:
        raise ApiError(40063)
    moment_publishing.settle_moments(call.world)
    job = call.state.moments.jobs.get(jobid)
    if job is None or job.agentid != call.app.agentid:
        raise ApiError(40088)
    shown = {"status": moment_publishing.stage(call.world, job), "type": "add_moment_task"}
    return shown | ({"result": _result(job)} if job.done else {})


def cancel(call: Call) -> dict[str, Any]:
    """Members who have published keep it; the others cannot any more."""
    moment = found(call)
    if moment.create_type == 1:
        raise ApiError(41067)
    moment.cancelled = True
    for copy in moment.copies.values():
        call.world.notices.changed(copy.userid)
    return {}


def found(call: Call) -> Moment:
    moment_publishing.settle_moments(call.world)
    moment = call.state.moments.find(text(call.body, "moment_id", missing=41059))
    if moment is None:
        raise ApiError(41060)
    return moment


def _result(job: Job) -> dict[str, Any]:
    shown: dict[str, Any] = {"errcode": job.error, "errmsg": TEXTS[job.error] if job.error else "ok"}
    shown |= {"moment_id": job.moment_id} if job.moment_id else {}
    return shown | {
        "invalid_sender_list": {"user_list": job.invalid_users, "department_list": job.invalid_departments},
        "invalid_external_contact_list": {"tag_list": job.invalid_tags},
    }


def _content(call: Call) -> str:
    content = text(mapping(call.body, "text"), "content")
    if len(content) > MOST_CHARS or len(content.encode()) > MOST_BYTES:
        raise ApiError(45002, "invalid text size")
    return content


def _attachments(call: Call) -> list[dict[str, Any]]:
    """Up to nine images, or one video, or one link."""
    listed = mappings(call.body, "attachments")
    kinds = {str(each.get("msgtype")) for each in listed}
    if len(kinds) > 1 or not kinds <= {"image", "video", "link"}:
        raise ApiError(41065, "invalid attachments msgtype")
    if len(listed) > (MOST_IMAGES if kinds == {"image"} else 1):
        raise ApiError(41064, "invalid attachments size")
    return [_attachment(call, str(each["msgtype"]), each.get(str(each["msgtype"]))) for each in listed]


def _attachment(call: Call, kind: str, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise wrong_json()
    if kind == "link":
        text(body, "title", max_chars=64)
        if not text(body, "url", missing=41010, max_bytes=2048).startswith(("http://", "https://")):
            raise ApiError(40094)
    media_id = text(body, "media_id", missing=41006)
    attached(call, media_id, "video" if kind == "video" else "image", MOMENT)
    return {"msgtype": kind, kind: body}


def _aim(call: Call, job: Job, moment: Moment) -> None:
    """Who may publish and who may see it: nobody named is everybody the app sees, publicly (DOC 95094)."""
    scope = mapping(call.body, "visible_range")
    senders, customers = mapping(scope, "sender_list"), mapping(scope, "external_contact_list")
    users, departments = strings(senders, "user_list", MOST_SENDERS), integers(senders, "department_list")
    tags, people = strings(customers, "tag_list"), call.state.people
    job.invalid_tags = [each for each in tags if call.state.tags.find(each) is None]
    moment.tags = [each for each in tags if each not in job.invalid_tags]
    job.invalid_users = [each for each in users if call.world.sees(call.app, each) is None]
    inside = call.world.visibility.departments(people, call.app)
    job.invalid_departments = [each for each in departments if each not in inside]
    named = {each.userid: True for userid in users if (each := call.world.sees(call.app, userid))}
    for department in departments:
        if department in inside:
            named |= {each.userid: True for each in people.below(department).values()}
    moment.public = not (users or departments or tags)
    everybody = () if users or departments else call.world.visibility.members(people, call.app)
    # Tags of which none is known reach nobody; they do not open the Moment to everybody.
    job.waiting = [] if tags and not moment.tags else [*named, *(each.userid for each in everybody)]


ROUTES = {
    "externalcontact/add_moment_task": Endpoint("POST", add, "customer"),
    "externalcontact/get_moment_task_result": Endpoint("GET", show_job, "customer"),
    "externalcontact/cancel_moment_task": Endpoint("POST", cancel, "customer"),
}
