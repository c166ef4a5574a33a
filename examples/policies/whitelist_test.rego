package main

import rego.v1

whitelist(permissions) := {"resource_changes": [{
	"address": "vpcep_whitelist.tenants",
	"mode": "managed",
	"type": "vpcep_whitelist",
	"change": {"actions": ["create"], "before": null, "after": {"permissions": permissions}},
}]}

test_an_account_may_be_listed if {
	count(deny_wildcard) == 0 with input as whitelist(["iam:domain::5fc973eea581490997e82ea11a1df31f"])
}

test_the_wildcard_is_denied_in_either_form if {
	some ruling in deny_wildcard with input as whitelist(["*"])
	ruling.address == "vpcep_whitelist.tenants"
	count(deny_wildcard) == 1 with input as whitelist([{"permission": "*", "description": "all"}])
	count(deny_wildcard) == 1 with input as whitelist(["iam:domain::*"])
}

test_a_whitelist_that_goes_is_no_matter if {
	count(deny_wildcard) == 0 with input as {"resource_changes": [{
		"address": "vpcep_whitelist.tenants",
		"mode": "managed",
		"type": "vpcep_whitelist",
		"change": {"actions": ["delete"], "before": {"permissions": ["*"]}, "after": null},
	}]}
}
