//! The fixed set of journeys: what was there before, the command that is killed, what is run then.

use crate::cli::bench::Bench;

/// One journey.
pub(crate) struct Journey {
    pub(crate) name: &'static str,
    /// A folder with what was there before.
    pub(crate) before: fn() -> Bench,
    /// The command that is killed, and run again afterwards.
    pub(crate) command: fn(&Bench) -> String,
    /// What running it again says where it had been done, if that is a refusal.
    pub(crate) done_already: Option<&'static str>,
    /// What is run after that.
    pub(crate) then: Option<&'static str>,
    /// The plan that must be empty in the end.
    pub(crate) plan: &'static str,
}

const PLAN: &str = "plan --sim --detailed-exitcode";
const APPLY: &str = "apply --sim --auto-approve";

/// Where a tenant is admitted, and who may join or leave.
const TENANT: &str = "      shop: 5fc973eea581490997e82ea11a1df31f\n";
const LAB: &str = "      lab: aaa973eea581490997e82ea11a1df31f\n";
const OFFICE: &str = "      office: bbb973eea581490997e82ea11a1df31f\n";

/// What most journeys have in common.
const APPLIED: Journey = Journey {
    name: "",
    before: applied,
    command: |_| APPLY.to_owned(),
    done_already: None,
    then: None,
    plan: PLAN,
};

/// The journeys of the second cloud, and of a stack in both.
pub(crate) const BEYOND: &[Journey] = &[
    Journey {
        name: "first apply in the second cloud",
        before: || Bench::example("elasticsearch"),
        ..APPLIED
    },
    Journey {
        name: "change in place in the second cloud",
        before: || {
            let bench = hooked();
            bench.edit("web hooks of the log cluster", "web hooks of all clusters");
            bench.edit("connect_bandwidth: 1024", "connect_bandwidth: 2048");
            bench.edit("{ team: search }", "{ team: logs }");
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "replacement in the second cloud",
        before: || {
            let bench = hooked();
            bench.edit("default: cn-hangzhou-i", "default: cn-hangzhou-h");
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "destroy in the second cloud",
        before: hooked,
        command: |_| "destroy --sim --auto-approve".to_owned(),
        plan: "plan --sim --destroy --detailed-exitcode",
        ..APPLIED
    },
    Journey { name: "first apply across both clouds", before: || Bench::example("both-clouds"), ..APPLIED },
    Journey {
        name: "replacement across both clouds",
        before: || {
            let bench = Bench::example("both-clouds");
            bench.run(APPLY).code(0);
            bench.edit("server_type: LB", "server_type: VM");
            bench.edit(
                "logs:\n      instance_id: es-cn-2r429tctl000d0000",
                "logs:\n      instance_id: es-cn-4h629tctl000d0001",
            );
            bench
        },
        ..APPLIED
    },
];

/// All other journeys.
pub(crate) const ALL: &[Journey] = &[
    Journey { name: "first apply", before: || Bench::example("cross-account"), ..APPLIED },
    Journey {
        name: "change in place",
        before: || {
            let bench = applied();
            bench.edit("client_port: 443", "client_port: 8443");
            bench.edit("{ team: payments }", "{ team: checkout }");
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "replacement of all that hangs together",
        before: || {
            let bench = applied();
            bench.edit("server_type: LB", "server_type: VM");
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "replacement that creates first",
        before: || {
            let bench = Bench::example("cross-account");
            bench.edit(
                "      enable_dns: true\n",
                "      enable_dns: true\n      lifecycle: { create_before_destroy: true }\n",
            );
            bench.run(APPLY).code(0);
            bench.edit("      enable_dns: true\n", "      enable_dns: false\n");
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "one tenant joins, another leaves",
        before: || {
            let bench = Bench::example("cross-account");
            bench.edit(TENANT, &format!("{TENANT}{LAB}"));
            bench.run(APPLY).code(0);
            bench.edit(LAB, OFFICE);
            bench
        },
        ..APPLIED
    },
    Journey {
        name: "destroy",
        command: |_| "destroy --sim --auto-approve".to_owned(),
        plan: "plan --sim --destroy --detailed-exitcode",
        ..APPLIED
    },
    Journey {
        name: "import",
        before: || {
            let bench = applied();
            bench.run("state rm --sim vpcep_accept.shop vpcep_endpoint.shop").code(0);
            bench
        },
        command: |bench| {
            let world = bench.world();
            format!("import --sim vpcep_endpoint.shop {}", world.endpoints[0].id)
        },
        then: Some(APPLY),
        ..APPLIED
    },
    Journey {
        name: "saved plan",
        before: || {
            let bench = Bench::example("across-vpcs");
            bench.run("plan --sim --out link.plan").code(0);
            bench
        },
        command: |_| "apply --sim link.plan".to_owned(),
        done_already: Some("stale"),
        ..APPLIED
    },
    Journey {
        name: "state mv",
        before: || {
            let bench = applied();
            bench.edit("    tenants:\n      provider", "    admitted:\n      provider");
            bench
        },
        command: |_| "state mv --sim vpcep_whitelist.tenants vpcep_whitelist.admitted".to_owned(),
        done_already: Some("nothing is recorded for vpcep_whitelist.tenants"),
        ..APPLIED
    },
    Journey {
        name: "state rm",
        command: |_| "state rm --sim vpcep_accept.shop".to_owned(),
        done_already: Some("nothing is recorded for vpcep_accept.shop"),
        then: Some(APPLY),
        ..APPLIED
    },
];

/// The example of the second cloud, applied.
fn hooked() -> Bench {
    let bench = Bench::example("elasticsearch");
    bench.run(APPLY).code(0);
    bench
}

/// The example, applied.
fn applied() -> Bench {
    let bench = Bench::example("cross-account");
    bench.run(APPLY).code(0);
    bench
}
