package main

import rego.v1

deleting(number, variables) := {"variables": variables, "resource_changes": [change |
	some n in numbers.range(1, number)
	change := {
		"address": sprintf("vpcep_endpoint.e%d", [n]),
		"mode": "managed",
		"type": "vpcep_endpoint",
		"change": {"actions": ["delete"], "before": {}, "after": null},
	}
]}

numbers_by_environment := {
	"production": {"created": 1, "deleted": 0},
	"staging": {"created": 1, "deleted": 2},
}

test_production_deletes_nothing if {
	count(deny_too_many) == 1 with input as deleting(1, {}) with data.limits as numbers_by_environment
}

test_staging_may_delete_two if {
	staging := {"environment": {"value": "staging"}}
	count(deny_too_many) == 0 with input as deleting(2, staging) with data.limits as numbers_by_environment
	count(deny_too_many) == 1 with input as deleting(3, staging) with data.limits as numbers_by_environment
}

test_an_environment_without_numbers_is_taken_for_production if {
	other := {"environment": {"value": "elsewhere"}}
	count(deny_too_many) == 1 with input as deleting(1, other) with data.limits as numbers_by_environment
}
