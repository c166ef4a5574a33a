//! Lookups: what they ask for may come to be known only while applying.

use crate::common::{Journey, steps};

use super::story::LINK;

#[tokio::test(start_paused = true)]
async fn a_lookup_of_what_is_not_there_yet_is_done_while_applying() {
    let lookup = "data:
  vpcep_service_info:
    seen: { provider: shop, id: \"${vpcep_service.payments.id}\", depends_on: [vpcep_whitelist.tenants] }
resources:
";
    let text = LINK.replacen("resources:\n", lookup, 1)
        + "  seen: { value: \"${data.vpcep_service_info.seen.service_name}\" }\n";
    let journey = Journey::new(&text);
    let planned = journey.plan().await;
    assert!(
        steps(&planned).contains(&"s5 read data.vpcep_service_info.seen after s1 s2".to_owned()),
        "{:#?}",
        steps(&planned)
    );
    let applied = journey.apply().await;
    let seen = &applied.report.outputs["seen"].value;
    assert!(seen.as_str().is_some_and(|name| name.contains("pay")), "{seen}");
    let asked = journey.count("describe_service");
    journey.assert_converged().await;
    assert!(journey.count("describe_service") > asked, "what is known beforehand is asked while planning");
}
