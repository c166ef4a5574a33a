package main

import rego.v1

approving(enabled) := {"resource_changes": [{
	"address": "vpcep_service.payments",
	"mode": "managed",
	"type": "vpcep_service",
	"change": {"actions": ["update"], "before": {}, "after": {"approval_enabled": enabled}},
}]}

test_a_service_asks_its_owner if {
	count(deny_unapproved) == 0 with input as approving(true)
}

test_a_service_that_asks_nobody_is_denied if {
	some ruling in deny_unapproved with input as approving(false)
	ruling.address == "vpcep_service.payments"
}
