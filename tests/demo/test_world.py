from booking.demo.world import World, find


async def test_the_example_clinic_is_found_again_as_it_was_built(world: World) -> None:
    found = await find()

    assert found == world


async def test_the_example_says_that_it_is_one(world: World) -> None:
    assert world.clinic.is_example
