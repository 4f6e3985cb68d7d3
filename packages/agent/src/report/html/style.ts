/** The page's whole style sheet; colours are variables, so that light and dark differ in one place each. */
export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--front:#1b2430;--muted:#596574;--surface:#f5f7f9;--line:#d9dfe6;
--link:#1557b0;--critical:#b3261e;--warning:#8f5b00;--info:#2563a8;--good:#1a7240;--series-1:#3d78cc;
--series-2:#d8892b;--series-3:#8659b8;--bar-warning:#d99a1c;--bar-critical:#c9372c;--bar-info:#7fa3cf}
@media (prefers-color-scheme:dark){:root{--back:#11151b;--front:#e3e8ef;--muted:#9aa7b6;--surface:#1a2029;
--line:#303a47;--link:#82b4ff;--critical:#ff8f86;--warning:#f0bf55;--info:#8bb9f5;--good:#63c98c;--series-1:#6a9fea;
--series-2:#e3a04f;--series-3:#b08ade;--bar-warning:#e0ac3d;--bar-critical:#ee6c60;--bar-info:#56779f}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--front);font:16px/1.5 system-ui,sans-serif}
body>header,main,body>footer{max-width:1080px;margin:0 auto;padding:0 16px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;padding:8px;background:var(--back)}
a{color:var(--link)}
h1{font-size:1.7rem;line-height:1.2;margin:1.5rem 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .5rem;overflow-wrap:anywhere}
p{margin:.5rem 0;overflow-wrap:anywhere}
.meta,.facts,footer,caption{color:var(--muted);font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.75rem 0 0}
code,pre,.code,.label{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem}
code,td,th{unicode-bidi:isolate}
code{overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:.5rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:.75rem;list-style:none;padding:0;margin:0 0 1rem}
.tiles li{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:.6rem .9rem;color:var(--muted)}
.tiles b{display:block;font-size:1.6rem;line-height:1.2;color:var(--front)}
.tiles .critical b{color:var(--critical)}.tiles .warning b{color:var(--warning)}.tiles .info b{color:var(--info)}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;min-width:min(100%,32rem);font-size:.875rem}
caption{text-align:left;padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;white-space:nowrap}
tbody th{font-weight:400}
th.number,td.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tbody th.code,td.code{min-width:16rem;overflow-wrap:anywhere}
.met{color:var(--good);white-space:nowrap}.missed{color:var(--critical);white-space:nowrap}.unknown{color:var(--muted);white-space:nowrap}
details.card{border:1px solid var(--line);border-left:4px solid var(--info);border-radius:6px;margin:.6rem 0;background:var(--back)}
details.card.critical{border-left-color:var(--critical)}details.card.warning{border-left-color:var(--warning)}
summary{cursor:pointer}
.card>summary{padding:.6rem .8rem;overflow-wrap:anywhere}
.card>.body{padding:0 .8rem .6rem}
.badge{font-size:.75rem;font-weight:700;text-transform:uppercase;letter-spacing:.04em;color:var(--info);margin-right:.35rem}
.critical .badge{color:var(--critical)}.warning .badge{color:var(--warning)}
.title{font-weight:600}.facts{display:block;margin-left:1.1rem}
.fold>summary{color:var(--link);margin:.4rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .9rem;font-size:.875rem;margin:.75rem 0 0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.proposals{padding-left:1.5rem}.proposals h3{display:inline}
.proposals li{margin-bottom:1.5rem}.gaps{padding-left:1.2rem}.gaps li{margin-bottom:1rem}
.risk{font-weight:600}.risk.high{color:var(--critical)}.risk.medium{color:var(--warning)}.risk.low{color:var(--good)}
figure{margin:.75rem 0}
.chart{display:block;overflow:hidden}
.chart text{fill:var(--front);font-size:13px}.chart .label{font-size:12px}
.chart .tick{fill:var(--muted);font-size:12px}.chart .value{font-variant-numeric:tabular-nums}
.chart .narrow{display:none}
.grid{stroke:var(--line);stroke-width:1}.track{fill:var(--surface)}
.threshold{stroke:var(--front);stroke-width:2}
.series-1{fill:var(--series-1)}.series-2{fill:var(--series-2)}.series-3{fill:var(--series-3)}
.series-critical{fill:var(--bar-critical)}.series-warning{fill:var(--bar-warning)}.series-info{fill:var(--bar-info)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.5rem 0;font-size:.875rem}
.key{display:inline-block;width:12px;height:12px;margin-right:.4rem;border-radius:2px}
.key-series-1{background:var(--series-1)}.key-series-2{background:var(--series-2)}.key-series-3{background:var(--series-3)}
.key-warning{background:var(--bar-warning)}.key-threshold{width:2px;background:var(--front);border-radius:0}
ul.plan,ul.plan ul,.conditions{list-style:none;margin:0;padding:0}
ul.plan ul{margin-left:.6rem;padding-left:.9rem;border-left:1px solid var(--line)}
.node{margin:.35rem 0;padding:.35rem .6rem;border:1px solid var(--line);border-radius:6px;background:var(--surface)}
.node.hot{border-color:var(--bar-warning)}.node summary{overflow-wrap:anywhere}.node .title{overflow-wrap:anywhere}
.node .facts{margin-left:0}.conditions{margin:.35rem 0 0}
.share{display:inline-block;width:6rem;max-width:30%;height:.55rem;border-radius:3px;background:var(--line);vertical-align:middle;overflow:hidden}
.share i{display:block;height:100%;background:var(--bar-info)}.hot .share i{background:var(--bar-warning)}
.curve{overflow:visible;margin-left:3.25rem;width:calc(100% - 3.25rem)}
.line{fill:none;stroke:var(--series-1);stroke-width:2;vector-effect:non-scaling-stroke}
.point{fill:var(--series-1)}.point.chosen{fill:var(--series-2)}.key-chosen{background:var(--series-2);border-radius:50%}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 1.5rem}
.beside>*{min-width:0}
body>footer{margin-top:3rem;padding-bottom:2rem}
@media (max-width:899px){.chart .wide,.chart .between{display:none}.chart .narrow{display:inline}
ul.plan ul{margin-left:.2rem;padding-left:.45rem}.share{width:3.5rem}
tbody th.code,td.code{min-width:12rem}.proposals{padding-left:1.2rem}}
@media print{.skip,nav{display:none}
.scroll{overflow:visible}.node,details.card,figure,.proposals li{break-inside:avoid}h2{break-after:avoid}}
`;
