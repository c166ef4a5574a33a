//! How the cost grows: measured by hand with `--ignored --nocapture`, in one run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use super::sample::good;
use crate::config::testing::catalog;
use crate::expr::View;
use crate::resource::{Address, Block, Key};

const BASE: &str = "stack: s\nproviders:\n  p: { type: huaweicloud }\nlocals:\n  vpc: 4189d3c2-8882-4871-a3c2-d380272eed80\nresources:\n";

#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement is for people")]
fn the_cost_is_linear() {
    for n in [1_000, 4_000] {
        let mut blocks = format!("{BASE}  vpcep_endpoint:\n");
        for i in 0..n {
            let _ = write!(
                blocks,
                "    e{i}:\n      endpoint_service_id: ${{vpcep_service.s{}.id}}\n      vpc_id: ${{local.vpc}}\n      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n      enable_dns: true\n      tags: {{ team: t{i} }}\n",
                i / 2
            );
        }
        blocks.push_str("  vpcep_service:\n");
        for i in 0..n / 2 {
            let _ = write!(
                blocks,
                "    s{i}:\n      vpc_id: ${{local.vpc}}\n      port_id: ${{local.vpc}}\n      server_type: LB\n      ports:\n        - {{ client_port: 443, server_port: 8443 }}\n"
            );
        }
        let instances = format!(
            "{BASE}  vpcep_service:\n    p:\n      for_each: '${{[for i in range({n}) : \"k${{i}}\"]}}'\n      vpc_id: ${{local.vpc}}\n      port_id: ${{local.vpc}}\n      server_type: LB\n      ports:\n        - {{ client_port: 443, server_port: 8443 }}\n  vpcep_endpoint:\n    e:\n      for_each: '${{[for i in range({n}) : \"k${{i}}\"]}}'\n      endpoint_service_id: ${{vpcep_service.p[each.key].id}}\n      vpc_id: ${{local.vpc}}\n"
        );
        for (shape, text) in [("blocks", &blocks), ("instances", &instances)] {
            let start = Instant::now();
            let configuration = good(text);
            let parsed = start.elapsed();
            let mut world: BTreeMap<Block, BTreeMap<Option<Key>, View>> = BTreeMap::new();
            let mut view = View::default();
            view.unknown.insert("id".into());
            let start = Instant::now();
            let mut count = 0;
            for round in 0..2 {
                for (id, block) in &configuration.blocks {
                    for (key, each) in configuration.instances(block, &world).unwrap() {
                        if round == 0 {
                            let address: Address = id.instance(key.clone());
                            world.entry(address.block).or_default().insert(address.key, view.clone());
                        } else {
                            let inputs = configuration.inputs(block, key.as_ref(), &each, &world, &catalog());
                            count += inputs.unwrap().len();
                        }
                    }
                }
            }
            let evaluated = start.elapsed();
            eprintln!("{shape} {n}: parse {parsed:?}, evaluate {evaluated:?}, {count} inputs");
        }
    }
}
