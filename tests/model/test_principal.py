"""What each role may do, and who may enter which tenant."""

from collections.abc import Callable

import pytest

from engine.model.principal import LOCAL, Act, ApiRole, Principal

GOVERNANCE, APPLICATION, AUDITOR, CUSTOMER, SUPPLIER = ApiRole

TABLE: dict[Act, set[ApiRole]] = {
    Act.READ: {GOVERNANCE, APPLICATION, AUDITOR, CUSTOMER, SUPPLIER},
    Act.FEED: {GOVERNANCE, APPLICATION, CUSTOMER, SUPPLIER},
    Act.PUBLISH: {GOVERNANCE},
    Act.APPROVE: {GOVERNANCE},
    Act.EXPORT: {GOVERNANCE, APPLICATION, AUDITOR, CUSTOMER, SUPPLIER},
    Act.READ_LEDGER: {GOVERNANCE, AUDITOR},
    Act.ERASE: {GOVERNANCE},
    Act.NOTIFY: {GOVERNANCE},
    Act.OPERATE: {GOVERNANCE},
}


def principal(*roles: ApiRole, tenants: frozenset[str] | None = None) -> Principal:
    return Principal(identity="somebody", roles=frozenset(roles), tenants=tenants)


@pytest.mark.parametrize("act", Act)
def test_a_role_may_do_this_and_nothing_else(act: Act) -> None:
    assert {role for role in ApiRole if principal(role).may(act)} == TABLE[act]


def test_two_roles_may_do_what_either_may() -> None:
    both = principal(APPLICATION, AUDITOR)
    assert {act for act in Act if both.may(act)} == {Act.READ, Act.FEED, Act.EXPORT, Act.READ_LEDGER}


def test_without_a_role_nothing_is_allowed() -> None:
    assert not [act for act in Act if principal().may(act)]


def test_the_server_is_operated_only_by_who_may_enter_every_tenant() -> None:
    of_one = principal(GOVERNANCE, tenants=frozenset({"one"}))
    assert {act for act in Act if not of_one.may(act)} == {Act.OPERATE}


@pytest.mark.parametrize(
    ("tenants", "enters"),
    [(None, lambda _: True), (frozenset({"one"}), "one".__eq__), (frozenset(), lambda _: False)],
)
def test_a_tenant_is_entered_by_who_is_let_in(
    tenants: frozenset[str] | None, enters: Callable[[str], bool]
) -> None:
    asking = principal(AUDITOR, tenants=tenants)
    assert [asking.may_enter(name) for name in ("one", "two")] == [enters("one"), enters("two")]


@pytest.mark.parametrize(
    ("roles", "narrowed"),
    [
        ((CUSTOMER,), True),
        ((CUSTOMER, SUPPLIER), True),
        ((CUSTOMER, AUDITOR), False),
        ((APPLICATION,), False),
        ((), True),
    ],
)
def test_only_customers_and_suppliers_see_a_part(roles: tuple[ApiRole, ...], narrowed: bool) -> None:
    assert principal(*roles).is_narrowed is narrowed


def test_who_asks_without_a_token_may_do_everything() -> None:
    assert all(LOCAL.may(act) for act in Act)
