//! A plan across both clouds, with replacements of what is in use: every form says of each cloud what
//! is replaced, why, and what that cuts.

use landbridge::review::{Format, Surroundings};

use crate::journeys::scenario;

#[tokio::test(start_paused = true)]
async fn every_form_tells_of_both_clouds_what_is_replaced() {
    let across = scenario::ALL.iter().find(|scenario| scenario.name == "both").expect("the stack");
    let mut journey = across.journey();
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    journey.edit("es-cn-2r429tctl000d0000", "es-cn-4h629tctl000d0001");
    let plan = journey.plan().await.plan;
    for format in Format::ALL {
        let text = format.render(&plan, &Surroundings::default());
        for address in ["vpcep_service.payments", "elasticsearch_endpoint.logs"] {
            // A summary of one line, and findings that a pipeline shows at their lines, are shorter.
            let is_whole = text.contains("privatelink_accept.logs");
            assert!(text.contains(address) || !is_whole, "{}: {address}\n{text}", format.name());
        }
    }
    let text = Format::Text.render(&plan, &Surroundings::default());
    let said = |words: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    };
    said("vpcep_service.payments");
    said("server_type LB -> VM");
    said("instance_id es-cn-2r429tctl000d0000 -> es-cn-4h629tctl000d0001");
    said("the API has no call that changes it");
    said("2 live connections are cut");
    said("1234567890123456");
    let applied = journey.apply().await;
    assert!(applied.is_success());
    across.assert_one_of_each(&journey, "replaced");
}
