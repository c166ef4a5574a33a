# A service that others are connected to is not deleted, nor replaced, which cuts them off as well.
# Endpoints that the same plan ends are no objection: whoever wrote it knows of them.
package main

import rego.v1

deny_cut_connections contains {"msg": msg, "address": change.address} if {
	some change in ended
	change.type == "vpcep_service"
	others := others_connected(change.change.before)
	others > 0
	msg := sprintf("%d connections that this plan does not end would be cut: let their owners move first", [others])
}

# Where the plan does not hold the cloud's count, only endpoints of this stack can be seen.
warn_unseen_connections contains {"msg": msg, "address": change.address} if {
	some change in ended
	change.type == "vpcep_service"
	not is_number(change.change.before.connection_count)
	msg := "the plan does not say how many endpoints of others are connected: ask before you end the service"
}

others_connected(service) := service.connection_count - count(leaving(service.id)) if {
	is_number(service.connection_count)
}

others_connected(service) := count(staying(service.id)) if not is_number(service.connection_count)

# The endpoints of a service that the plan ends too.
leaving(service) := {change.address |
	some change in ended
	change.type == "vpcep_endpoint"
	change.change.before.endpoint_service_id == service
}

# Those that it leaves.
staying(service) := {change.address |
	some change in input.resource_changes
	change.type == "vpcep_endpoint"
	change.change.before.endpoint_service_id == service
	not "delete" in change.change.actions
}
