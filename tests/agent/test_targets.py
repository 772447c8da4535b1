"""What stands in a target beyond its address: every option is read, or refused with those that are."""

import pytest

from agent.targets import OPTIONS, PORTS, BadTarget, parse


@pytest.mark.parametrize(
    ("text", "strange", "right"),
    [
        pytest.param("snmp://public@h?versoin=1", "'versoin'", "version, timeout, retries", id="a slip of the pen"),
        pytest.param("snmp://public@h?auth=abcdefgh", "'auth'", "version, timeout", id="SNMPv3's option on v2c"),
        pytest.param("snmp+v3://u@h?version=2c", "'version'", "auth, auth_proto", id="a version on SNMPv3"),
        pytest.param("pjlink://h?foo=1", "'foo'", "one of password", id="a projector"),
        pytest.param("nut://h/ups?timeout=2&a=1", "'a', 'timeout'", "one of password", id="two at once"),
        pytest.param("icmp://h?count=3", "'count'", "none at all", id="a scheme without options"),
        pytest.param("tcp://h:1?ca=/x", "'ca'", "one of timeout", id="a certificate without TLS"),
        pytest.param("http://h/page?id=5", "'id'", "one of timeout", id="a query that would not be sent"),
        pytest.param("https://user:abcdefgh@h/", "'password'", "timeout, ca", id="a password that would not be sent"),
        pytest.param("snmp://h?timeout", "", "", id="known though empty"),
        pytest.param("local:?usb_path=/x", "'local:'", "local: alone", id="this computer"),
    ],
)
def test_an_option_that_nobody_reads_is_refused_with_those_that_are(text: str, strange: str, right: str) -> None:
    if not right:
        parse(text)
        return
    with pytest.raises(BadTarget) as refused:
        parse(text)
    assert strange in str(refused.value)
    assert right in str(refused.value)


def test_a_misspelt_secret_is_not_shown() -> None:
    with pytest.raises(BadTarget) as refused:
        parse("pjlink://user:s3cret@h?pasword=s3cret")
    assert "'pasword'" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("scheme", sorted(OPTIONS))
def test_every_known_option_is_taken(scheme: str) -> None:
    query = "&".join(f"{name}=abcdefgh" for name in OPTIONS[scheme])
    target = parse(f"{scheme}://user@h:{PORTS[scheme] or 1}/{'ups' if scheme == 'nut' else ''}?{query}")
    assert {name for name, _ in target.options} == set(OPTIONS[scheme])
