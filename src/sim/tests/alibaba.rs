//! The Alibaba Cloud half from outside: signatures by the vendor's vectors, the page's own sample.
//! Its official SDKs try everything else (`tests/conformance/alibaba`).

use ::http::Request;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::sim::alibaba::{Memory, admit, operation_of};
use crate::sim::{AlibabaAccount, AlibabaWorld, Key, Settings, SimClock, Simulator, World, sample};

/// Made with the vendor's SDKs; keys in them are made up.
const VECTORS: &str = include_str!("../../../tests/data/acs3-signing-vectors.json");

/// One vector, with what a negative case replaces in it.
struct Case<'a> {
    vector: &'a Value,
    replaced: Value,
}

impl Case<'_> {
    fn text(&self, pointer: &str) -> String {
        self.vector.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn replaced(&self, name: &str) -> Option<String> {
        self.replaced[name].as_str().map(str::to_owned)
    }

    /// The request as it was sent.
    fn request(&self) -> Request<Bytes> {
        let target =
            self.replaced("request_target_as_sent").unwrap_or(self.text("/request/request_target_as_sent"));
        let mut request = Request::builder().method(self.text("/request/method").as_str()).uri(target);
        for header in self.vector["request"]["headers"].as_array().unwrap() {
            let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
            let value = self.replaced(&format!("header:{name}")).unwrap_or(value.to_owned());
            request = request.header(name, value);
        }
        let authorization = self.replaced("authorization").unwrap_or(self.text("/expected/authorization"));
        let body = self.replaced("body").unwrap_or(self.text("/request/body"));
        request.header("authorization", authorization).body(Bytes::from(body)).unwrap()
    }

    fn date(&self) -> Timestamp {
        let headers = self.vector["request"]["headers"].as_array().unwrap();
        let date = headers.iter().find(|header| header[0] == "x-acs-date").unwrap();
        date[1].as_str().unwrap().parse().unwrap()
    }

    /// A world in which the keys of the vector are somebody's.
    fn world(&self) -> World {
        let secret =
            self.replaced("access_key_secret").unwrap_or(self.text("/credentials/access_key_secret"));
        let token = self.vector["credentials"]["security_token"].as_str().map(str::to_owned);
        let key = Key {
            access: self.text("/credentials/access_key_id"),
            secret,
            security_token: token,
            inactive: false,
            allow: Vec::new(),
        };
        let account = AlibabaAccount {
            name: "a".into(),
            id: "1".into(),
            region: "cn-hangzhou".into(),
            keys: vec![key],
        };
        World {
            alibaba: AlibabaWorld { accounts: vec![account], ..AlibabaWorld::default() },
            ..World::default()
        }
    }

    /// The code that the gate refuses it with; none if it lets it in. Asked twice, to see the second.
    fn codes(&self, now: Timestamp) -> [Option<String>; 2] {
        let cloud = crate::sim::cloud::Cloud::of(self.world(), 0, false).unwrap();
        let (mut memory, settings) = (Memory::default(), Settings::default());
        [(); 2].map(|()| {
            let refused = admit(&self.request(), &cloud, &mut memory, &settings, now).err();
            // What is no operation of ours is no matter here.
            refused.map(|refusal| refusal.code).filter(|code| code != "InvalidAction.NotFound")
        })
    }
}

#[test]
fn every_vector_is_let_in_once_and_every_forgery_refused() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let mut let_in = 0;
    for vector in vectors {
        let case = Case { vector, replaced: Value::Null };
        // The published example is of a product that is not simulated.
        if operation_of(&case.request()) == "unknown" {
            continue;
        }
        let again = Some("SignatureNonceUsed".to_owned());
        assert_eq!(case.codes(case.date()), [None, again], "{}", vector["id"]);
        let_in += 1;
    }
    assert_eq!(let_in, 10);
    let negative = file["negative"].as_array().unwrap();
    for forgery in negative {
        let vector = vectors.iter().find(|vector| vector["id"] == forgery["derived_from"]).unwrap();
        let case = Case { vector, replaced: forgery["replace"].clone() };
        let late =
            if forgery["check"] == "clock" { SignedDuration::from_mins(16) } else { SignedDuration::ZERO };
        let codes = case.codes(case.date() + late);
        let seen = if forgery["check"] == "replay" { &codes[1] } else { &codes[0] };
        assert_eq!(seen.as_deref(), forgery["suggested"]["code"].as_str(), "{}", forgery["id"]);
    }
    assert_eq!(negative.len(), 10);
}

/// A request that has nothing to do with signatures: they are not checked here.
async fn ask(sim: &Simulator, method: &str, target: &str, action: &str) -> Value {
    sim.state().settings.alibaba.signatures = crate::sim::Signatures::Off;
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", "elasticsearch.cn-hangzhou.aliyuncs.com")
        .header("x-acs-action", action)
        .header("x-acs-version", "2017-06-13")
        .header(
            "authorization",
            "ACS3-HMAC-SHA256 Credential=SIMLTAIHANDBOOK000001,SignedHeaders=host,Signature=0",
        );
    let answer = sim.handle(request.body(Bytes::new()).unwrap()).await.unwrap();
    serde_json::from_slice(answer.body()).unwrap()
}

/// The page's sample, whose outer braces and host names are cut off (traps 1 to 3).
#[tokio::test]
async fn the_pages_own_sample_is_answered_in_its_shape() {
    let sim = Simulator::new(sample::world(), Settings::immediate(), SimClock::real());
    let target = "/openapi/instances/es-cn-2r429tctl000d****/vpc-endpoints";
    let answer = ask(&sim, "GET", target, "ListVpcEndpoints").await;
    let rows = answer["Result"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let shown = [
        ("endpointId", "ep-bp1tah7zbrwmkjef****"),
        ("serviceId", "epsrv-bp1w0p3jdirbfmt6****"),
        ("zoneId", "cn-hangzhou-i"),
        ("securityGroupId", "sg-bp1emvef6hl69pqs****"),
        ("createTime", "2021-07-22T01:12:28Z"),
        ("endpointStatus", "Active"),
        ("endpointBusinessStatus", "Normal"),
        ("endpointDomain", "ep-bp1tah7zbrwmkjef****.epsrv-bp1w0p3jdirbfmt6****"),
        ("connectionStatus", "Connected"),
        ("serviceName", "****"),
    ];
    for (member, value) in shown {
        assert_eq!(rows[1][member], value, "{member}");
    }
    assert_eq!(rows[0]["connectionStatus"], "Disconnected");
    assert!(answer["RequestId"].as_str().is_some_and(|id| id.len() == 36 && id == id.to_uppercase()));
    // The operation has to be named as the path has it.
    let answer = ask(&sim, "GET", target, "DescribeInstance").await;
    assert_eq!(answer["Code"], "InvalidApi.NotFound");
}
