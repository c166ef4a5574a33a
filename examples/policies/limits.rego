# How much one plan may do, by environment: the variable `environment`, or `production` where there is
# none. The numbers are in limits.yaml, which the configuration names under `policies: data:`.
package main

import rego.v1

default environment := "production"

environment := input.variables.environment.value

default most := {"created": 50, "deleted": 0}

most := data.limits[environment]

deny_too_many contains {"msg": msg} if {
	some what, action in {"created": "create", "deleted": "delete"}
	touched := {change.address |
		some change in input.resource_changes
		change.mode == "managed"
		action in change.change.actions
	}
	count(touched) > most[what]
	msg := sprintf(
		"%d objects are %s, and a plan for %s may do that to %d: split it, or raise the limit",
		[count(touched), what, environment, most[what]],
	)
}
