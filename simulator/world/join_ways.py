"""Ways into a group (「加入群聊」): codes a customer scans to join one of up to five groups (DOC 92229)."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class JoinWay:
    """scene 1 mini program, 2 QR code. `room_base_id` is the number the next group made by itself gets."""

    config_id: str
    scene: int
    created_at: int
    chat_id_list: list[str] = field(default_factory=list)
    remark: str = ""
    auto_create_room: int = 1
    room_base_name: str = ""
    room_base_id: int = 1
    state: str = ""
    mark_source: bool = True
    agentid: int = 0
    scans: int = 0


@dataclass(slots=True)
class JoinWays:
    by_id: dict[str, JoinWay] = field(default_factory=dict)

    def find(self, config_id: str) -> JoinWay | None:
        return self.by_id.get(config_id)

    def find_state(self, state: str) -> JoinWay | None:
        return next((way for way in self.by_id.values() if way.state == state), None)
