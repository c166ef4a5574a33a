package main

import rego.v1

ending_service(connected, actions) := {
	"address": "vpcep_service.payments",
	"mode": "managed",
	"type": "vpcep_service",
	"change": {"actions": actions, "before": {"id": "s1", "connection_count": connected}, "after": null},
}

ending_endpoint := {
	"address": "vpcep_endpoint.shop",
	"mode": "managed",
	"type": "vpcep_endpoint",
	"change": {"actions": ["delete"], "before": {"endpoint_service_id": "s1"}, "after": null},
}

test_a_service_without_connections_may_go if {
	count(deny_cut_connections) == 0 with input as {"resource_changes": [ending_service(0, ["delete"])]}
}

test_a_service_in_use_stays if {
	some ruling in deny_cut_connections with input as {"resource_changes": [ending_service(2, ["delete"])]}
	ruling.address == "vpcep_service.payments"
}

test_a_replacement_cuts_as_well if {
	plan := {"resource_changes": [ending_service(1, ["delete", "create"])]}
	count(deny_cut_connections) == 1 with input as plan
}

test_endpoints_that_leave_in_the_same_plan_are_no_objection if {
	plan := {"resource_changes": [ending_service(1, ["delete"]), ending_endpoint]}
	count(deny_cut_connections) == 0 with input as plan
}

test_where_the_count_is_unknown_the_stack_is_looked_at if {
	staying_endpoint := {
		"address": "vpcep_endpoint.shop",
		"mode": "managed",
		"type": "vpcep_endpoint",
		"change": {"actions": ["no-op"], "before": {"endpoint_service_id": "s1"}, "after": {}},
	}
	alone := {"resource_changes": [ending_service(null, ["delete"])]}
	count(deny_cut_connections) == 0 with input as alone
	count(warn_unseen_connections) == 1 with input as alone
	plan := {"resource_changes": [ending_service(null, ["delete"]), staying_endpoint]}
	count(deny_cut_connections) == 1 with input as plan
}
