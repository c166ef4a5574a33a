//! Zones of an endpoint and of its service: where addresses are, how they move, in what order they go.

use landbridge::ops::PlanOptions;
use landbridge::sim::Settings;

use super::scenario;
use super::second_cloud::journey;
use crate::common::{Journey, settled};

const OWN: &str = "  privatelink_endpoint:\n    own:\n      vpc_id: vpc-bp1simcustomer0001\n      service_id: ${privatelink_service.hook.id}\n      security_group_ids: [sg-bp1simcustomer0001]\n      zones: [{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }]\n  privatelink_accept:\n";

/// The endpoint is not changed, and would lose the zone that it is in.
#[tokio::test(start_paused = true)]
async fn a_zone_that_an_endpoint_is_in_is_not_taken_from_its_service() {
    let mut journey = journey();
    journey.apply().await;
    journey.edit(
        "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]",
        "[{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]",
    );
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(told.iter().any(|one| one.contains("has cn-hangzhou-h, and not cn-hangzhou-i")), "{told:?}");
}

/// An address in a zone that the endpoint is not in would never be sent.
#[tokio::test(start_paused = true)]
async fn an_address_needs_its_zone() {
    let mut journey = journey();
    let own = "  privatelink_endpoint:\n    own:\n      vpc_id: vpc-bp1simcustomer0001\n      service_id: ${privatelink_service.hook.id}\n      security_group_ids: [sg-bp1simcustomer0001]\n      zones: [{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }]\n      zone_ips: { cn-hangzhou-h: 10.0.0.9 }\n  privatelink_accept:\n";
    journey.edit("  privatelink_accept:\n", own);
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(
        matches!(*told, [one] if one.contains("names cn-hangzhou-h, which none of its `zones` has")),
        "{told:?}"
    );
    journey.edit("zone_ips: { cn-hangzhou-h", "zone_ips: { cn-hangzhou-i");
    journey.apply().await;
    assert_eq!(journey.changes().await, [""; 0]);
}

/// A zone that gets another switch or address goes and comes again; the endpoint stays, and keeps its other zones.
#[tokio::test(start_paused = true)]
async fn a_zone_moves_to_another_switch_and_address() {
    let mut world = landbridge::sim::sample::world();
    let network =
        world.alibaba.vpcs.iter_mut().find(|one| one.id == "vpc-bp1simcustomer0001").expect("a VPC");
    network.vswitches.insert("vsw-bp1simcustomer00i2".to_owned(), "cn-hangzhou-i".to_owned());
    let mut journey = Journey::on(world, scenario::HOOK, Settings::embedded());
    journey.edit("  privatelink_accept:\n", OWN);
    let both = "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }, { resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]";
    journey
        .edit("[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]", both);
    journey.apply().await;
    let own = |journey: &Journey| {
        let endpoints = journey.sim.world().alibaba.endpoints;
        endpoints.into_iter().find(|one| one.vpc_id == "vpc-bp1simcustomer0001").expect("the endpoint")
    };
    let id = own(&journey).id;
    let zones = |journey: &Journey| {
        let endpoint = own(journey);
        assert_eq!((endpoint.id.as_str(), endpoint.status.as_str()), (id.as_str(), "Active"));
        let mut zones: Vec<_> =
            endpoint.zones.into_iter().map(|one| (one.zone, one.vswitch, one.ip)).collect();
        zones.sort();
        zones
    };
    // Another switch.
    journey.edit("vswitch_id: vsw-bp1simcustomer000i }]", "vswitch_id: vsw-bp1simcustomer00i2 }]");
    assert_eq!(journey.changes().await, ["update privatelink_endpoint.own (zones)"]);
    journey.apply().await;
    journey.assert_converged().await;
    assert!(matches!(&zones(&journey)[..], [(_, switch, _)] if switch == "vsw-bp1simcustomer00i2"));
    // Another address, and one in a new zone.
    journey.edit(
        "vswitch_id: vsw-bp1simcustomer00i2 }]",
        "vswitch_id: vsw-bp1simcustomer00i2 }, { zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }]\n      zone_ips: { cn-hangzhou-i: 10.0.0.99, cn-hangzhou-h: 10.0.0.98 }",
    );
    journey.apply().await;
    journey.assert_converged().await;
    let addresses: Vec<String> = zones(&journey).into_iter().map(|(.., ip)| ip).collect();
    assert_eq!(addresses, ["10.0.0.98", "10.0.0.99"]);
    // Another address where nothing is said of zones any more.
    let before = journey.text.clone();
    let line =
        journey.text.lines().find(|line| line.trim_start().starts_with("zones: ")).expect("zones").to_owned();
    journey.edit(&format!("{line}\n"), "");
    journey.edit("cn-hangzhou-i: 10.0.0.99", "cn-hangzhou-i: 10.0.0.97");
    journey.apply().await;
    journey.assert_converged().await;
    let addresses: Vec<String> = zones(&journey).into_iter().map(|(.., ip)| ip).collect();
    assert_eq!(addresses, ["10.0.0.98", "10.0.0.97"]);
    journey.text = before.replace("10.0.0.99", "10.0.0.97");
    // A zone goes, with its address; the other one is left alone.
    let before = journey.count("privatelink:AddZoneToVpcEndpoint");
    journey.edit("{ zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }", "");
    journey.edit("vsw-bp1simcustomer00i2 }, ]", "vsw-bp1simcustomer00i2 }]");
    journey.edit(", cn-hangzhou-h: 10.0.0.98", "");
    journey.apply().await;
    journey.assert_converged().await;
    assert_eq!((zones(&journey).len(), journey.count("privatelink:AddZoneToVpcEndpoint")), (1, before));
    journey.destroy().await;
}

/// A zone that leaves an endpoint and its service at once would be refused: the service goes first.
#[tokio::test(start_paused = true)]
async fn a_zone_leaves_an_endpoint_before_its_service() {
    let mut journey = journey();
    journey.edit("  privatelink_accept:\n", OWN);
    let (h, i) = (
        "{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }",
        "{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }",
    );
    journey.edit(&format!("[{i}]"), &format!("[{h}, {i}]"));
    let zone = "{ zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }";
    let other = "{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }";
    journey.edit(&format!("zones: [{other}]"), &format!("zones: [{zone}, {other}]"));
    let accept = "  privatelink_accept:\n    own:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${privatelink_endpoint.own.id}\n";
    journey.edit("  privatelink_accept:\n", accept);
    journey.apply().await;
    journey.edit(&format!("[{h}, {i}]"), &format!("[{i}]"));
    journey.edit(&format!("zones: [{zone}, {other}]"), &format!("zones: [{other}]"));
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!(told, ["It takes two applies"], "{:#?}", plan.diagnostics);
    // As the hint says.
    journey.edit(&format!("[{i}]"), &format!("[{h}, {i}]"));
    journey.apply().await;
    journey.edit(&format!("[{h}, {i}]"), &format!("[{i}]"));
    journey.apply().await;
    journey.assert_converged().await;
}
