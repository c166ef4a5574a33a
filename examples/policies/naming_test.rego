package main

import rego.v1

named(name, service_name) := {"resource_changes": [{
	"address": concat(".", ["vpcep_service", name]),
	"mode": "managed",
	"type": "vpcep_service",
	"name": name,
	"change": {"actions": ["create"], "before": null, "after": {"service_name": service_name}},
}]}

test_plain_names_are_fine if {
	count(warn_naming) == 0 with input as named("payments_eu", "pay")
	count(deny_service_name) == 0 with input as named("payments_eu", "pay")
	count(deny_service_name) == 0 with input as named("payments_eu", null)
}

test_capitals_are_told if {
	count(warn_naming) == 1 with input as named("PaymentsEU", "pay")
}

test_a_service_name_is_short_and_lower_case if {
	count(deny_service_name) == 1 with input as named("payments", "Pay")
	count(deny_service_name) == 1 with input as named("payments", "payments-of-the-shop")
}
