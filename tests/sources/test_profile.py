"""Which columns hold people, told by their values alone."""

from __future__ import annotations

import pytest

from aftercare.sources.profile import ColumnLook


@pytest.mark.parametrize(
    ("values", "is_personal"),
    [
        (["王军强", "赵强", "李超伟"], True),
        (["王军强", "赵强", "李超伟", "系统", "管理员"], True),
        (["王先生", "李女士", "陈小姐"], True),
        (["已结算", "维修中", "13812345678"], True),
        (["浙A12345"], True),
        ([13812345678, 1], True),
        (["马自达"], False),
        (["关闭", "付款", "新建"], False),
        (["高级技师", "服务顾问", "客服经理"], False),
        (["HZ1", "HZ2"], False),
        ([1, 2, 3], False),
        ([], False),
    ],
)
def test_values_of_people_are_known(values: list[object], is_personal: bool) -> None:
    assert ColumnLook("x", "text", values * 5).is_personal == is_personal


def test_codes_are_few_and_nobody_s() -> None:
    assert ColumnLook("x", "text", ["已结算", "在修"] * 5).is_coded
    assert not ColumnLook("x", "text", ["王军强", "赵强", "李超伟"] * 5).is_coded
