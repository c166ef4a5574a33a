"""Both ways of signing in, temporary keys, and what the gateway refuses."""

import datetime

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from huaweicloudsdkcore.signer import signer
from huaweicloudsdkiam.v3 import (
    AuthScope, AuthScopeDomain, AuthScopeProject, CreateTemporaryAccessKeyByTokenRequest,
    CreateTemporaryAccessKeyByTokenRequestBody, IdentityToken, KeystoneCreateUserTokenByPasswordRequest,
    KeystoneCreateUserTokenByPasswordRequestBody, KeystoneListAuthDomainsRequest, KeystoneListAuthProjectsRequest,
    KeystoneListProjectsRequest, KeystoneValidateTokenRequest, PwdAuth, PwdIdentity, PwdPassword, PwdPasswordUser,
    PwdPasswordUserDomain, TokenAuth, TokenAuthIdentity,
)
from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from conftest import Account, iam_of, refused
from makers import create_service, get_service, available_service
from world import ACCOUNTS


def token_for(sim, name="owner", password=None, scope="project", user=0):
    known = ACCOUNTS[name]["users"][user]
    person = PwdPasswordUser(name=known["name"], password=password or known["password"],
                             domain=PwdPasswordUserDomain(name=name))
    identity = PwdIdentity(methods=["password"], password=PwdPassword(user=person))
    scope = (AuthScope(project=AuthScopeProject(name="tr-west-1")) if scope == "project"
             else AuthScope(domain=AuthScopeDomain(name=name)))
    body = KeystoneCreateUserTokenByPasswordRequestBody(auth=PwdAuth(identity=identity, scope=scope))
    request = KeystoneCreateUserTokenByPasswordRequest(body=body)
    return iam_of(sim, name).keystone_create_user_token_by_password(request)


def with_token(account, call, request, token):
    """The same call with a token in place of a signature."""
    invoker = getattr(account.client, f"{call}_invoker")(request)
    return invoker.add_header("X-Auth-Token", token).invoke()


def test_the_sdk_finds_the_project_by_itself(sim, owner):
    service = create_service(owner)
    assert owner.credentials.project_id == owner.project["id"] == service.project_id
    assert sim.counts()["list_projects"] == 1


def test_each_region_has_its_own_project(account):
    eu = account("owner", region="eu-west-101")
    assert eu.list_endpoint_service(ListEndpointServiceRequest()).total_count == 0
    assert eu.credentials.project_id == eu.project["id"] != account("owner").project["id"]


def test_a_region_that_nobody_has(sim, account):
    nobody = account("owner")
    nobody.credentials.project_id = None
    lost = BasicCredentials(nobody.credentials.ak, nobody.credentials.sk).with_iam_endpoint(sim.url)
    with pytest.raises(SdkException, match="Failed to get project id of region 'mars-1'"):
        lost.process_auth_params(nobody.client._http_client, "mars-1")


def test_a_project_that_is_given_is_not_looked_up(sim, account):
    given = account("owner", project=ACCOUNTS["owner"]["projects"][0]["id"])
    assert given.list_endpoint_service(ListEndpointServiceRequest()).total_count == 0
    assert "list_projects" not in sim.counts()


def test_iam_answers_in_its_typed_models(iam):
    client = iam()
    projects = client.keystone_list_projects(KeystoneListProjectsRequest(name="tr-west-1")).projects
    assert [(found.id, found.name) for found in projects] == [(ACCOUNTS["owner"]["projects"][0]["id"], "tr-west-1")]
    both = client.keystone_list_auth_projects(KeystoneListAuthProjectsRequest()).projects
    assert {found.name for found in both} == {"tr-west-1", "eu-west-101"}
    domains = client.keystone_list_auth_domains(KeystoneListAuthDomainsRequest()).domains
    assert [(found.id, found.name) for found in domains] == [(ACCOUNTS["owner"]["id"], "owner")]


def test_a_token_by_password_is_as_good_as_a_signature(sim, owner):
    answer = token_for(sim)
    token = answer.x_subject_token
    assert len(token) > 500
    assert answer.token.project.id == owner.project["id"]
    assert answer.token.user.domain.name == "owner"
    assert any(entry.type == "vpcep" for entry in answer.token.catalog)

    listed = with_token(owner, "list_endpoint_service", ListEndpointServiceRequest(), token)
    assert listed.total_count == 0
    seen = iam_of(sim, "owner").keystone_validate_token(KeystoneValidateTokenRequest(x_subject_token=token))
    assert seen.token.expires_at == answer.token.expires_at



def test_a_token_lives_a_day(sim, owner):
    token = token_for(sim).x_subject_token
    sim.advance("23h59m")
    with_token(owner, "list_endpoints", ListEndpointsRequest(), token)
    sim.advance("2m")
    with refused("APIGW.0301", 401) as caught:
        with_token(owner, "list_endpoints", ListEndpointsRequest(), token)
    assert "token expires" in caught.value.error_msg


def test_a_token_that_a_fault_ends(sim, owner):
    token = token_for(sim).x_subject_token
    sim.faults({"operation": "list_endpoints", "nth": 1, "expire_tokens": True})
    for _ in range(2):
        with refused("APIGW.0301", 401):
            with_token(owner, "list_endpoints", ListEndpointsRequest(), token)
    with_token(owner, "list_endpoints", ListEndpointsRequest(), token_for(sim).x_subject_token)


def test_wrong_passwords_and_strange_tokens(sim, owner):
    with pytest.raises(SdkException) as caught:
        token_for(sim, password="wrong")
    assert caught.value.status_code == 401 and "username or password is wrong" in caught.value.error_msg
    with refused("APIGW.0301", 401):
        with_token(owner, "list_endpoints", ListEndpointsRequest(), "MIIforged")


def test_an_account_token_is_none_for_a_project(sim, owner):
    token = token_for(sim, scope="domain").x_subject_token
    with refused("EndPoint.0004", 403):
        with_token(owner, "list_endpoints", ListEndpointsRequest(), token)


def test_a_token_of_another_account(sim, owner):
    with refused("EndPoint.0004", 403):
        with_token(owner, "list_endpoints", ListEndpointsRequest(), token_for(sim, "shop").x_subject_token)


def temporary_key(sim, seconds=900):
    token = IdentityToken(id=token_for(sim).x_subject_token, duration_seconds=seconds)
    auth = TokenAuth(identity=TokenAuthIdentity(methods=["token"], token=token))
    request = CreateTemporaryAccessKeyByTokenRequest(body=CreateTemporaryAccessKeyByTokenRequestBody(auth=auth))
    return iam_of(sim, "owner").create_temporary_access_key_by_token(request).credential


def test_temporary_keys(sim):
    key = temporary_key(sim)
    guest = Account(sim, "owner", keys=(key.access, key.secret), security=key.securitytoken)
    assert create_service(guest).project_id == guest.project["id"]
    without = Account(sim, "owner", keys=(key.access, key.secret), project=guest.project["id"])
    with refused("APIGW.0301", 401):
        without.list_endpoints(ListEndpointsRequest())
    sim.settings(signature_skew="1h")
    sim.advance("16m")
    with refused("APIGW.0301", 401) as caught:
        guest.list_endpoints(ListEndpointsRequest())
    assert "securityToken expires" in caught.value.error_msg


def test_a_wrong_secret_and_an_unknown_key(account):
    key = ACCOUNTS["owner"]["users"][0]["keys"][0]["access"]
    project = ACCOUNTS["owner"]["projects"][0]["id"]
    with refused("APIGW.0301", 401) as caught:
        account("owner", keys=(key, "wrong"), project=project).list_endpoints(ListEndpointsRequest())
    assert "verify aksk signature fail" in caught.value.error_msg
    with refused("APIGW.0301", 401) as caught:
        account("owner", keys=("NOSUCHKEY", "wrong"), project=project).list_endpoints(ListEndpointsRequest())
    assert "ak not exist" in caught.value.error_msg


def test_too_many_failures_lock_a_key_for_five_minutes(sim, account, owner):
    key = ACCOUNTS["owner"]["users"][0]["keys"][0]["access"]
    wrong = account("owner", keys=(key, "wrong"), project=owner.project["id"])
    for _ in range(6):
        with refused("APIGW.0301", 401):
            wrong.list_endpoints(ListEndpointsRequest())
    with refused("APIGW.0301", 401) as caught:
        owner.list_quota_details(ListQuotaDetailsRequest())
    assert "forbidden" in caught.value.error_msg
    sim.advance("5m1s")
    owner.list_quota_details(ListQuotaDetailsRequest())


@pytest.mark.parametrize("minutes, good", [(14, True), (16, False), (-14, True), (-16, False)])
def test_a_date_that_is_off(monkeypatch, account, minutes, good):
    given = account("owner", project=ACCOUNTS["owner"]["projects"][0]["id"])
    date = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    request = ListEndpointsRequest()
    invoker = given.client.list_endpoints_invoker(request)
    invoker.add_header(signer.Signer._HEADER_X_DATE, date.strftime("%Y%m%dT%H%M%SZ"))
    if good:
        assert invoker.invoke().total_count == 0
    else:
        with refused("APIGW.0301", 401) as caught:
            invoker.invoke()
        assert "signature expired" in caught.value.error_msg


def test_a_server_whose_clock_runs_ahead(sim, owner):
    owner.list_endpoints(ListEndpointsRequest())
    sim.advance("16m")
    with refused("APIGW.0301", 401):
        owner.list_endpoints(ListEndpointsRequest())


def test_other_algorithms_are_refused_with_a_reason(sim, owner):
    owner.list_endpoints(ListEndpointsRequest())
    owner.client._http_client.config.signing_algorithm = SigningAlgorithm.HMAC_SM3

    with refused("APIGW.0301", 401) as caught:
        owner.list_endpoints(ListEndpointsRequest())
    assert "SDK-HMAC-SHA256" in caught.value.error_msg or "algorithm" in caught.value.error_msg


@pytest.mark.parametrize("name", ["o", "a b", "ä/ö", "&=%", "*~_-.", "日本", "+", "", "Ünïcøde \U0001f680"])
def test_signatures_over_queries_of_every_kind(owner, name):
    found = owner.list_endpoint_service(ListEndpointServiceRequest(endpoint_service_name=name, limit=7, offset=0))
    assert found.total_count == 0


def test_signatures_over_non_ascii_bodies(owner):
    text = "Zahlungsverkehr – 決済 – платежи \U0001f680"
    service = available_service(owner, description=text, tags=[TagList(key="Größe", value="大")])
    read = get_service(owner, service.id)
    assert (read.description, read.tags[0].key, read.tags[0].value) == (text, "Größe", "大")
    found = owner.list_endpoint_service(ListEndpointServiceRequest(endpoint_service_name="ORDERS"))
    assert found.endpoint_services[0].description == text


def test_a_body_with_and_without_a_declared_type(sim, owner):
    """The SDK can leave `Content-Type` out of reads; the signature then does without it."""
    owner.list_endpoints(ListEndpointsRequest())
    owner.client._http_client.config.ignore_content_type_for_get_request = True
    assert owner.list_endpoints(ListEndpointsRequest()).total_count == 0
    assert sim.last_request("list_endpoints")["status"] == 200


def test_headers_of_ones_own_are_signed_too(owner):
    invoker = owner.client.list_endpoints_invoker(ListEndpointsRequest())
    assert invoker.add_header("X-Trace", "  spaced   out  ").invoke().total_count == 0


def test_unknown_parameters_are_ignored_and_with_strict_refused(simulator, account):
    def list_with(given):
        with_more = given.client.list_endpoints_invoker(ListEndpointsRequest(limit=5))
        with_more._http_info["query_params"].append(("colour", "grün"))
        return with_more.invoke()

    assert list_with(account("owner")).total_count == 0
    strict = account("owner", sim=simulator("--strict"))
    with refused("EndPoint.0002"):
        list_with(strict)
    assert strict.list_endpoints(ListEndpointsRequest(limit=5)).total_count == 0
