package main

import rego.v1

tagged(tags) := {"resource_changes": [{
	"address": "vpcep_endpoint.shop",
	"mode": "managed",
	"type": "vpcep_endpoint",
	"change": {"actions": ["create"], "before": null, "after": {"tags": tags}},
}]}

test_a_team_is_enough if {
	count(deny_missing_tags) == 0 with input as tagged({"team": "payments"})
}

test_without_a_team_it_is_denied if {
	count(deny_missing_tags) == 1 with input as tagged({})
	count(deny_missing_tags) == 1 with input as tagged(null)
	count(deny_missing_tags) == 1 with input as tagged({"team": ""})
}

test_other_tags_may_be_asked_for if {
	plan := tagged({"team": "payments"})
	count(deny_missing_tags) == 1 with input as plan with data.required_tags as ["team", "cost_center"]
}
