"""Catalogue of problems of those who run the service: packs that are served, their signatures, their reload."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "operations.unknown_tenant": Entry(
        "error",
        "没有为机构 `{name}` 配置规则包",
        "no packs are configured for the tenant `{name}`",
        "在设置的 [tenants] 中写上该机构,或使用已有的:{known}",
        "name the tenant under [tenants] of the settings, or use one of: {known}",
    ),
    "operations.unknown_served": Entry(
        "error",
        "没有以 `{name}` 提供的规则包",
        "no pack is served as `{name}`",
        "可用的名称:{known}",
        "the names are: {known}",
    ),
    "operations.pack_unavailable": Entry(
        "error",
        "规则包 `{name}` 未能加载,现在不能回答",
        "the pack `{name}` could not be loaded and cannot answer now",
        "查看服务的健康状况与日志,改正后重新加载",
        "see the health page and the log of the service, correct it and reload",
    ),
    "operations.pack_kept": Entry(
        "warning",
        "规则包 `{name}` 的新版本未能加载,仍由原来的版本({hash})回答",
        "the new form of the pack `{name}` does not load; the earlier one ({hash}) goes on answering",
        "改正列出的问题后再次重新加载",
        "correct the problems listed and reload",
    ),
    "operations.pack_withdrawn": Entry(
        "error",
        "规则包 `{name}` 已停用:为它签名的密钥不再受信,它不再回答",
        "the pack `{name}` is withdrawn: no key that is trusted now vouches for it, and it answers no more",
        "用受信的密钥重新签名并发布该文件;文件一换即恢复回答",
        "sign the file with a trusted key and publish it again; it answers as soon as the file is there",
    ),
    "operations.unsigned": Entry(
        "error",
        "配置了可信公钥,但该规则包没有签名",
        "trusted keys are configured, and this pack carries no signature",
        "用 `sangao build` 编译为 .sangao 文件,再用 `sangao sign` 签名",
        "make a .sangao file with `sangao build`, then sign it with `sangao sign`",
    ),
    "operations.not_a_signature": Entry(
        "error",
        "这不是 sangao.signature/1 签名文件",
        "this is not a signature file of sangao.signature/1",
        "用 `sangao sign` 重新签名",
        "sign the pack again with `sangao sign`",
    ),
    "operations.untrusted": Entry(
        "error",
        "签名所用的密钥({keys})不在可信公钥之列",
        "the keys of the signatures ({keys}) are not among the trusted ones",
        "核对来源;确属可信时把其公钥加入设置",
        "check where the pack comes from; add the public key to the settings when it is to be trusted",
    ),
    "operations.wrong_signature": Entry(
        "error",
        "签名与文件不符:文件或签名被改动过",
        "the signature does not fit the file: one of them was changed",
        "从发布者处重新取得文件和 .sig",
        "fetch the file and its .sig again from their publisher",
    ),
    "operations.not_a_key": Entry(
        "error",
        "这不是可用的 Ed25519 {kind}(PEM)",
        "this is no usable Ed25519 {kind} (PEM)",
        "用 `openssl genpkey -algorithm ed25519` 生成;有口令时设置 SANGAO_KEY_PASSPHRASE",
        "make one with `openssl genpkey -algorithm ed25519`; a passphrase is read from SANGAO_KEY_PASSPHRASE",
    ),
    "operations.settings_on_saved": Entry(
        "error",
        "已编译的 .sangao 文件不能再加现场设置",
        "a compiled .sangao file takes no site settings",
        "编译时给出设置",
        "give the settings when it is built",
    ),
    "operations.wrong_packs": Entry(
        "error",
        "设置中的 `{key}` 不对:应为 {wanted}",
        "`{key}` of the settings is wrong: {wanted} belongs there",
        "见 docs/operations.md 的例子",
        "docs/operations.md has an example",
    ),
    "operations.too_many": Entry(
        "error",
        "请求过于频繁",
        "too many requests",
        "{seconds} 秒后再试;限额见设置中的 [rate]",
        "try again in {seconds} seconds; the limit stands under [rate] of the settings",
    ),
    "operations.no_extra": Entry(
        "error",
        "此功能需要附加组件 {name}",
        "this needs the extra {name}",
        '运行 pip install "sangao[{name}]"',
        'run pip install "sangao[{name}]"',
    ),
}
