# Names are lower case, so that they read the same in every tool. What has its name already keeps it.
package main

import rego.v1

warn_naming contains {"msg": msg, "address": change.address} if {
	some change in input.resource_changes
	change.change.actions == ["create"]
	not regex.match(`^[a-z][a-z0-9_]*$`, change.name)
	msg := sprintf("`%s` is not in lower case with `_` between words", [change.name])
}

deny_service_name contains {"msg": msg, "address": change.address} if {
	some change in wanted
	change.type == "vpcep_service"
	name := object.get(change.change.after, "service_name", null)
	is_string(name)
	not regex.match(`^[a-z][a-z0-9-]{1,15}$`, name)
	msg := sprintf("the service name `%s` is not 2 to 16 lower-case letters, digits and `-`", [name])
}
