"""People for content tests: headquarters, a regional manager and two guides of two stores."""

import pytest
from sqlalchemy.orm import Session

from foundation import clock
from org.models import Department, DepartmentKind, Role, Staff, StaffStatus


def _staff(session: Session, userid: str, role: Role, path: str) -> Staff:
    staff = Staff(
        userid=userid, name=userid, role=role, path=path, status=StaffStatus.ACTIVE, created_at=clock.now(), department_id=1
    )  # fmt: skip
    session.add(staff)
    session.flush()
    return staff


@pytest.fixture
def people(session: Session) -> dict[str, Staff]:
    session.add(Department(id=1, name="总部", path="1.", kind=DepartmentKind.HEADQUARTERS))
    session.flush()
    return {
        "hq": _staff(session, "hq", Role.HEADQUARTERS, "1."),
        "region": _staff(session, "region", Role.REGIONAL_MANAGER, "1.2."),
        "guide": _staff(session, "guide", Role.GUIDE, "1.2.21."),
        "far": _staff(session, "far", Role.GUIDE, "1.3.31."),
    }
