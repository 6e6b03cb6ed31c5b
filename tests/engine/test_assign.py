from app.engine.assign import Arm, arm, uniform


def test_a_place_is_the_same_in_every_process_and_version() -> None:
    assert uniform("v_6fQ2mB1kX0", "salt") == float.fromhex("0x1.095c43e0a4b78p-3")
    assert uniform("v_heldout", "salt") == float.fromhex("0x1.9614af23b6ab0p-2")
    assert uniform("visiteur-é", "pepper") == float.fromhex("0x1.5ea6893f41edfp-1")


def test_places_are_even() -> None:
    tenths = [0] * 10
    for number in range(100_000):
        tenths[int(uniform(f"v{number}", "salt") * 10)] += 1
    assert sum((count - 10_000) ** 2 / 10_000 for count in tenths) < 21.67  # chi-square, 9 degrees, 1 %


def test_two_salts_are_independent() -> None:
    both = sum(uniform(f"v{n}", "one") < 0.5 and uniform(f"v{n}", "two") < 0.5 for n in range(40_000))
    assert abs(both - 10_000) < 260  # three standard deviations


def test_the_lowest_share_is_held_out() -> None:
    assert arm("v_6fQ2mB1kX0", "salt", 0.1295) is Arm.TREATMENT
    assert arm("v_6fQ2mB1kX0", "salt", 0.1296) is Arm.HOLDOUT


def test_nobody_is_held_out_of_no_holdout_and_everybody_of_a_full_one() -> None:
    assert {arm(f"v{n}", "salt", 0.0) for n in range(1000)} == {Arm.TREATMENT}
    assert {arm(f"v{n}", "salt", 1.0) for n in range(1000)} == {Arm.HOLDOUT}


def test_without_a_visitor_nothing_is_assigned() -> None:
    assert arm(None, "salt", 1.0) is Arm.NONE
