//! Whatever was drawn and applied: when its state is lost, it comes back, with answers where nobody
//! can tell.

use landbridge::state::files::MemoryFiles;

use super::draw::Draw;
use super::stack;
use crate::common::Journey;
use crate::journeys::recover::recover;

/// So many drawn configurations.
const STACKS: u64 = 30;

#[tokio::test(start_paused = true)]
async fn a_lost_state_of_any_stack_comes_back() {
    let (mut objects, mut asked) = (0, 0);
    for seed in 0..STACKS {
        let mut draw = Draw(seed);
        let drawn = stack::stack(&mut draw);
        let mut journey = Journey::new(&stack::yaml(&drawn));
        journey.apply().await;
        // Some of it has a second life.
        if draw.chance(50) {
            journey.text = stack::yaml(&stack::edited(&mut draw, &drawn));
            if journey.try_apply(&Default::default()).await.is_ok_and(|applied| applied.is_success()) {
                journey.assert_converged().await;
            } else {
                continue;
            }
        }
        let before = journey.recorded();
        journey.files = MemoryFiles::new();
        asked += recover(&journey, &before).await;
        objects += before.objects.len();
    }
    assert!(objects > 100 && asked > 5, "{objects} objects, {asked} asked");
}
