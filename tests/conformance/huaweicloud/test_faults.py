"""What goes wrong on purpose, and what a client of the real cloud would make of it."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ConnectionException, SdkException, ServerResponseException
from huaweicloudsdkcore.retry.backoff_strategy import BackoffStrategies
from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from conftest import refused
from makers import available_service, create_endpoint, create_service, everybody, get_endpoint, get_service, ports


def count(account):
    return account.list_endpoint_service(ListEndpointServiceRequest()).total_count


def test_throttling_is_a_400_and_passes(sim, owner):
    count(owner)
    sim.faults({"operation": "list_services", "rate": {"per_second": 0.1, "burst": 2}})
    assert [count(owner), count(owner)] == [0, 0]
    with refused("EndPoint.0022"):
        count(owner)
    sim.advance("20s")
    assert count(owner) == 0


def test_the_sdk_retries_what_a_gateway_throttles(sim, owner):
    count(owner)
    sim.faults({"operation": "list_services", "count": 2, "error": {"status": 429, "retry_after": 1}})
    invoker = owner.client.list_endpoint_service_invoker(ListEndpointServiceRequest())
    invoker.with_retry(lambda response, error: error is not None and error.status_code == 429, 3, BackoffStrategies.NONE)
    assert invoker.invoke().total_count == 0
    assert sim.counts()["list_services"] == 4


@pytest.mark.parametrize("shape", ["flat", "nested", "gateway"])
def test_the_sdk_reads_every_shape_of_error(sim, owner, shape):
    count(owner)
    sim.faults({"operation": "list_services", "error": {"code": "EndPoint.0001", "shape": shape}})
    with refused("EndPoint.0001", 500) as caught:
        count(owner)
    assert isinstance(caught.value, ServerResponseException)


@pytest.mark.parametrize("shape", ["iam", "html", "plain", "empty"])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_the_sdk_survives_what_is_no_answer(sim, owner, shape, status):
    count(owner)
    sim.faults({"operation": "list_services", "nth": 1, "error": {"status": status, "shape": shape}})
    with pytest.raises(SdkException) as caught:
        count(owner)
    assert caught.value.status_code == status
    assert count(owner) == 0


def test_errors_of_the_other_shape(sim, owner):
    sim.settings(error_shape="nested")
    with refused("EndPoint.0005", 404):
        get_service(owner, "00000000-0000-4000-8000-000000000000")


def test_an_answer_that_is_lost_was_done(sim, owner):
    count(owner)
    sim.faults({"operation": "create_service", "nth": 1, "lose_answer": True})
    with pytest.raises(ConnectionException):
        create_service(owner)
    assert count(owner) == 1


def test_a_connection_that_is_cut_was_not(sim, owner):
    count(owner)
    sim.faults({"operation": "create_service", "nth": 1, "cut": True})
    with pytest.raises(ConnectionException):
        create_service(owner)
    assert count(owner) == 0


def test_an_answer_that_breaks_off(sim, owner):
    count(owner)
    sim.faults({"operation": "list_services", "nth": 1, "cut_at": 5})
    with pytest.raises(Exception) as caught:
        count(owner)
    assert "IncompleteRead" in repr(caught.value) or isinstance(caught.value, SdkException)
    assert count(owner) == 0


def test_a_slow_answer_and_an_impatient_client(sim, owner):
    count(owner)
    sim.faults({"operation": "list_services", "nth": 1, "latency": "1s"})
    owner.client._http_client.config.timeout = (5, 0.2)
    with pytest.raises(SdkException):
        count(owner)
    assert count(owner) == 0


def test_a_creation_that_fails_says_why(sim, owner, shop):
    service = everybody(owner)
    sim.faults({"operation": "create_*", "fail": {"code": "EndPoint.2022", "message": "Failed to create an endpoint."}})
    broken = create_service(owner, service_name="broken", ports=ports((1, 1)))
    endpoint = create_endpoint(shop, service.id)
    sim.advance("61s")
    read = get_service(owner, broken.id)
    assert read.status == "failed" and (read.error[0].code, read.error[0].message[:6]) == ("EndPoint.2022", "Failed")
    read = get_endpoint(shop, endpoint.id)
    assert read.status == "failed" and read.error[0].error_code == "EndPoint.2022" and read.error[0].error_message
    body = UpdateEndpointWhiteRequestBody(whitelist=[], enable_whitelist=False)
    with refused("EndPoint.2047"):
        shop.update_endpoint_white(UpdateEndpointWhiteRequest(vpc_endpoint_id=endpoint.id, body=body))
    shop.delete_endpoint(DeleteEndpointRequest(vpc_endpoint_id=endpoint.id))


def test_a_creation_that_takes_longer(sim, owner):
    sim.faults({"operation": "create_service", "slow": "5m"})
    service = create_service(owner)
    sim.advance("61s")
    assert get_service(owner, service.id).status == "creating"
    sim.advance("5m")
    assert get_service(owner, service.id).status == "available"


def test_lists_that_lag_behind(sim, owner):
    sim.faults({"operation": "list_services", "stale": "30s"})
    assert count(owner) == 0
    create_service(owner)
    assert count(owner) == 0
    sim.advance("31s")
    assert count(owner) == 1


def test_objects_that_are_too_young_to_be_seen(sim, owner):
    sim.faults({"operation": "get_service", "hide": "10s"})
    service = create_service(owner)
    with refused("EndPoint.0005", 404):
        get_service(owner, service.id)
    sim.advance("11s")
    assert get_service(owner, service.id).id == service.id


def test_chance_is_the_same_for_the_same_seed(simulator, account):
    def struck(seed):
        sim = simulator("--seed", seed)
        owner = account("owner", sim=sim)
        count(owner)
        sim.faults({"operation": "list_services", "probability": 0.5, "error": {"status": 503}})
        outcome = []
        for _ in range(20):
            try:
                count(owner)
                outcome.append(True)
            except SdkException:
                outcome.append(False)
        return outcome

    first = struck("7")
    assert first == struck("7") != struck("8") and 3 < sum(first) < 17


def test_types_that_older_pages_show(sim, owner, shop):
    """Ports and marker ids as strings: the SDK's models read them all the same."""
    sim.settings(ports_as_strings=True, marker_id_as_string=True, active_status_as_string=False)
    service = everybody(owner)
    assert int(get_service(owner, service.id).ports[0].client_port) == 8080
    assert int(create_endpoint(shop, service.id).marker_id) > 16777216


@pytest.mark.parametrize("status", [200, 202, 204])
def test_every_status_of_a_delete(sim, owner, status):
    sim.settings(delete_status=status)
    service = available_service(owner)
    request = DeleteEndpointServiceRequest(vpc_endpoint_service_id=service.id)
    assert owner.delete_endpoint_service(request).status_code == status


def test_the_world_goes_away_and_comes_back(simulator, account, sim, owner, tmp_path):
    service = available_service(owner)
    world = sim.control("GET", "world")
    file = tmp_path / "world.yaml"
    file.write_text(world, encoding="utf-8")
    again = account("owner", sim=simulator("--world", str(file)))
    assert get_service(again, service.id).service_name == service.service_name
    sim.control("POST", "reset", "")
    assert count(account("owner")) == 0
    sim.control("POST", "world", world)
    assert count(account("owner")) == 1
