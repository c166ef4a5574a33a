//! Objects that are there already come under our hand: the next plan shows exactly what differs.

use landbridge::config::{Import, ImportBy};
use landbridge::ops::{self, Failure};

use super::story::LINK;
use crate::common::{Journey, admit_another, settled};

/// A link as somebody else has made it, and our own empty state.
async fn found() -> Journey {
    let theirs = Journey::new(LINK);
    theirs.apply().await;
    let ours = Journey::new(LINK);
    let world = theirs.sim.world();
    ours.meddle(|w| *w = world).await;
    ours
}

async fn import_all(journey: &Journey) {
    let world = journey.sim.world();
    let (service, endpoint) = (world.services[0].id.to_string(), world.endpoints[0].id.to_string());
    for (address, id) in [
        ("vpcep_service.payments", service.clone()),
        ("vpcep_whitelist.tenants", service.clone()),
        ("vpcep_endpoint.shop", endpoint.clone()),
        ("vpcep_accept.shop", format!("{service}/{endpoint}")),
    ] {
        settled(journey.import(address, &id).await);
    }
}

#[tokio::test(start_paused = true)]
async fn after_importing_all_four_kinds_nothing_is_to_do() {
    let journey = found().await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, [""; 0]);
    assert_eq!(journey.drift().await, [""; 0]);
    journey.apply().await;
    assert_eq!(journey.count("create_service") + journey.count("create_endpoint"), 0);
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn before_acceptance_nobody_says_whether_there_is_a_name() {
    let journey = found().await;
    journey.meddle(|w| w.endpoints[0].status = landbridge::sim::EndpointStatus::PendingAcceptance).await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, ["update vpcep_accept.shop (decision)"]);
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn of_a_shared_whitelist_only_what_we_name_becomes_ours() {
    let journey = found().await;
    journey.meddle(admit_another).await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, [""; 0]);
    journey.apply().await;
    assert_eq!(journey.sim.world().permissions.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn true_differences_are_shown() {
    let mut journey = found().await;
    journey.edit("client_port: 443", "client_port: 444").edit("enable_dns: true", "enable_dns: false");
    import_all(&journey).await;
    assert_eq!(
        journey.changes().await,
        [
            "replace vpcep_accept.shop (endpoint_id)",
            "replace vpcep_endpoint.shop (enable_dns)",
            "update vpcep_service.payments (ports)",
        ]
    );
    journey.apply().await;
}

/// The link of somebody else, and our configuration with imports of it.
async fn found_and_named(imports: &str) -> Journey {
    let mut journey = found().await;
    let world = journey.sim.world();
    let imports = imports
        .replace("SERVICE", &world.services[0].id.to_string())
        .replace("ENDPOINT", &world.endpoints[0].id.to_string());
    journey.edit("outputs:", &format!("imports:\n{imports}outputs:"));
    journey
}

/// What a plan says is wrong.
async fn faults(journey: &Journey) -> Vec<String> {
    match journey.plan_with(&Default::default()).await {
        Err(Failure::Diagnostics(all)) => {
            let place = |d: &landbridge::diagnostic::Diagnostic| d.place.as_ref().map_or(0, |p| p.line);
            all.iter().map(|d| format!("{}: {}: {}", place(d), d.summary, d.detail)).collect()
        }
        other => panic!("{other:#?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn imports_of_the_configuration_are_steps_of_its_plan() {
    for imports in [
        "  - { to: vpcep_service.payments, id: SERVICE }\n  - { to: vpcep_endpoint.shop, id: ENDPOINT }\n",
        // By the natural keys: the endpoint's holds the id of the service that is found first.
        "  - { to: vpcep_service.payments }\n  - { to: vpcep_endpoint.shop }\n",
        "  - { to: vpcep_service.payments, by: [port_id, ports] }\n  - { to: vpcep_endpoint.shop, by: [subnet_id] }\n",
        "  - { for_each: { payments: SERVICE }, to: 'vpcep_service.${each.key}', id: '${each.value}' }\n  - { to: vpcep_endpoint.shop }\n",
    ] {
        let journey = found_and_named(imports).await;
        let changes = journey.changes().await;
        assert!(
            changes.len() == 4 && changes.iter().all(|c| c.starts_with("adopt ")),
            "{imports}{changes:?}"
        );
        journey.apply().await;
        let calls = ["create_service", "create_endpoint", "update_service", "decide_connection"];
        assert_eq!(calls.map(|call| journey.count(call)), [0; 4], "{imports}");
        assert_eq!(journey.recorded().objects.len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn an_imported_object_is_changed_only_as_the_plan_says_before() {
    let mut journey =
        found_and_named("  - { to: vpcep_service.payments, id: SERVICE }\n  - { to: vpcep_endpoint.shop }\n")
            .await;
    journey.edit("client_port: 443", "client_port: 444");
    let planned = journey.plan().await;
    let service = planned.plan.changes.iter().find(|c| c.address.kind().as_str() == "vpcep_service").unwrap();
    assert_eq!(service.action.word(), "update");
    assert!(service.notes.iter().any(|note| note.contains("is adopted first")), "{:?}", service.notes);
    journey.apply().await;
    assert_eq!((journey.count("create_service"), journey.count("update_service")), (0, 1));
    // Named again when it is recorded, and when another object has taken its place, it says nothing.
    journey.edit(
        "port_id: 4189d3c2-8882-4871-a3c2-d380272eed88\n      server_type: LB",
        "port_id: a07fc4c5-30bd-422d-abea-25e4499528dc\n      server_type: VM",
    );
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn an_import_in_vain_says_which_line_and_why() {
    let line = 1 + LINK.lines().position(|line| line == "outputs:").unwrap();
    for (imports, detail) in [
        ("  - { to: vpcep_service.payments, id: ENDPOINT }\n", "there is no vpcep_service"),
        ("  - { to: vpcep_service.other, id: SERVICE }\n", "no resource `vpcep_service.other`"),
        ("  - { to: 'vpcep_service.payments[\"a\"]', id: SERVICE }\n", "has no `for_each`"),
        ("  - { to: vpcep_endpoint.shop }\n", "`endpoint_service_id`, which is not known yet"),
        ("  - { to: vpcep_service.payments, by: [sevice_name] }\n", "no argument `sevice_name`"),
        ("  - { to: vpcep_service.payments, by: [edition] }\n", "does not say its `edition`"),
        ("  - { to: vpcep_accept.shop }\n", "exists with what it refers to"),
        ("  - { to: vpcep_service.payments, id: '${vpcep_service.payments.id}' }\n", "an import cannot read"),
    ] {
        let mut journey = found().await;
        let world = journey.sim.world();
        let imports = imports
            .replace("SERVICE", &world.services[0].id.to_string())
            .replace("ENDPOINT", &world.endpoints[0].id.to_string());
        journey.edit("outputs:", &format!("imports:\n{imports}outputs:"));
        let said = match journey.parse() {
            Ok(_) => faults(&journey).await,
            Err(all) => all
                .iter()
                .map(|d| format!("{}: {}: {}", d.place.as_ref().map_or(0, |p| p.line), d.summary, d.detail))
                .collect(),
        };
        assert_eq!(said.len(), 1, "{imports}{said:#?}");
        assert!(
            said[0].starts_with(&format!("{}: ", line + 1)) && said[0].contains(detail),
            "{imports}{said:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_object_has_one_address_and_two_alike_are_told() {
    let mut journey = found_and_named("  - { to: vpcep_service.payments, by: [vpc_id] }\n").await;
    journey
        .meddle(|world| {
            let mut twin = world.services[0].clone();
            twin.id = "11111111-2222-4333-8444-555555555555".parse().expect("an id");
            twin.ports.clear();
            world.services.push(twin);
        })
        .await;
    let said = faults(&journey).await;
    assert!(said[0].contains("2 objects have vpc_id") && said[0].contains("11111111-2222"), "{said:#?}");
    journey.edit(", by: [vpc_id]", ", by: [vpc_id, ports]");
    journey.apply().await;
    let id = journey.recorded().object(&"vpcep_service.payments".parse().unwrap()).unwrap().id.clone();
    // What is recorded under one address is not given to another one.
    journey.edit("  vpcep_service:\n", "  vpcep_service:\n    second: { provider: owner, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, port_id: 4189d3c2-8882-4871-a3c2-d380272eed88, server_type: LB, ports: [{ client_port: 1, server_port: 1 }] }\n");
    let failure = journey.import("vpcep_service.second", &id).await.expect_err("it is taken");
    assert!(failure.to_string().contains("belongs to vpcep_service.payments"), "{failure}");
    assert!(journey.import("vpcep_service.payments", "11111111-2222-4333-8444-555555555555").await.is_err());
    // What has been imported before is not an error: a run may have been cut off before it said so.
    settled(journey.import("vpcep_service.payments", &id).await);
}

#[tokio::test(start_paused = true)]
async fn an_import_shows_what_differs_and_writes_nothing_until_it_is_told_to() {
    let mut journey = found().await;
    journey.edit("client_port: 443", "client_port: 444");
    let by = ImportBy::Attributes(vec!["service_name".into()]);
    let import = Import { to: "vpcep_service.payments".parse().unwrap(), by, place: None };
    let workspace = journey.workspace();
    let imported = settled(ops::import(&workspace, &[import]).await);
    let told: Vec<String> = imported.plan.changes.iter().map(crate::common::told).collect();
    assert_eq!(told, ["update vpcep_service.payments (ports)"]);
    assert!(journey.recorded().objects.is_empty());
    settled(ops::bind(&workspace, imported).await);
    assert_eq!(journey.recorded().objects.len(), 1);
    assert_eq!(journey.recorded().verify(), Vec::<String>::new());
}
