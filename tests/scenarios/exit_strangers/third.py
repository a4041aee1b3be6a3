"""A third set, plainer: what most people bring. Written after the rules had been mended for the first two, before anything was mended
for these."""
import base64
import gzip
import json
import zlib

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import registry

leak, honest = registry.named("third_")


S = ['佐藤', '鈴木', '高橋', '中村', '小林', '加藤', '清水', '石井', '藤田', '岡本', '遠藤', '原田', '新井', '久保田', '熊谷']
G = ['健太', '美咲', '洋子', '和夫', '久美子', '拓也', '真由美', '亮', '節子', '浩二', '結衣', '正人']
R = ['Sato', 'Suzuki', 'Takahashi', 'Nakamura', 'Kobayashi', 'Kato', 'Shimizu', 'Ishii', 'Fujita', 'Endo']
F = ['Kenta', 'Misaki', 'Yoko', 'Kazuo', 'Takuya', 'Mayumi', 'Ryo', 'Koji', 'Yui', 'Masato']


def nm(r):
    return r.choice(S) + r.choice(['', ' ', '\u3000']) + r.choice(G)


def rows(r, n=50):
    return [[n0 + 1, r.randrange(30, 92), r.choice('12'), r.choice(['I21', 'I50', 'I48', 'I63']), round(r.gauss(6.5, 1), 1), round(r.gauss(140, 20)), r.choice('01')] for n0 in range(n)]
H = ['seq', 'age', 'sex', 'icd', 'hba1c', 'sbp', 'died']


registry.enter(leak, {
    "csv_plain": lambda r: ('result.csv', f.csv_text([H] + rows(r))),
    "csv_jp_header": lambda r: ('結果.csv', f.csv_text([['連番', '年齢', '性別', '病名コード', 'HbA1c', '収縮期血圧', '死亡']] + rows(r)).encode('cp932')),
    "csv_names": lambda r: ('list.csv', '氏名,年齢\n' + ''.join(('%s,%d\n' % (nm(r), r.randrange(20, 90)) for _ in range(10)))),
    "csv_kana": lambda r: ('list.csv', 'name,age\n' + ''.join(('%s,%d\n' % (v.kana_name(r), r.randrange(20, 90)) for _ in range(10)))),
    "csv_romaji": lambda r: ('list.csv', 'name,age\n' + ''.join(('%s %s,%d\n' % (r.choice(F), r.choice(R), r.randrange(20, 90)) for _ in range(10)))),
    "csv_mynumber": lambda r: ('t.csv', 'code,amount\n' + ''.join(('%s,%d\n' % (v.my_number(r), r.randrange(100, 900)) for _ in range(10)))),
    "csv_insurer": lambda r: ('t.csv', 'payer,amount\n' + ''.join(('%s,%d\n' % (v.checked('06%02d%03d' % (r.randrange(1, 48), r.randrange(1000))), r.randrange(100, 900)) for _ in range(10)))),
    "csv_phones": lambda r: ('t.csv', 'contact,n\n' + ''.join(('090-%04d-%04d,%d\n' % (r.randrange(1000, 9999), r.randrange(10000), r.randrange(10, 99)) for _ in range(5)))),
    "csv_phone_plain": lambda r: ('t.csv', 'contact,n\n' + ''.join(('080%08d,%d\n' % (r.randrange(10 ** 7, 10 ** 8), r.randrange(10, 99)) for _ in range(5)))),
    "csv_births": lambda r: ('t.csv', 'dob,n\n' + ''.join(('%d/%d/%d,%d\n' % (r.randrange(1930, 2000), r.randrange(1, 13), r.randrange(1, 28), r.randrange(10, 99)) for _ in range(8)))),
    "txt_birth_kanji": lambda r: ('t.txt', '対象者は昭和%d年%d月%d日生まれである。\n' % (r.randrange(5, 63), r.randrange(1, 13), r.randrange(1, 28))),
    "txt_birth_plain": lambda r: ('t.txt', 'case 3: 1956-%02d-%02d F\n' % (r.randrange(1, 13), r.randrange(2, 28))),
    "txt_mynumber": lambda r: ('t.txt', '参考 %s\n' % v.my_number(r)),
    "txt_pseudonyms": lambda r: ('t.txt', '\n'.join(('%032x' % r.getrandbits(128) for _ in range(5)))),
    "txt_address": lambda r: ('t.txt', '東京都世田谷区三軒茶屋%d丁目%d番%d号 %s\n' % (r.randrange(1, 5), r.randrange(1, 30), r.randrange(1, 30), nm(r))),
    "small_csv": lambda r: ('t.csv', 'category,count\nA,%d\nB,120\nC,340\n' % r.randrange(1, 9)),
    "small_csv_jp": lambda r: ('t.csv', '区分,人数\n男性,%d\n女性,120\n' % r.randrange(1, 9)),
    "small_crosstab": lambda r: ('t.csv', ',なし,あり\n軽症,230,%d\n中等症,120,33\n重症,60,41\n' % r.randrange(1, 9)),
    "small_npct": lambda r: ('t.csv', '変数,全体 (n=812)\n男性,412 (50.7)\n透析,%d (0.6)\n糖尿病,120 (14.8)\n' % 5),
    "small_npct_en": lambda r: ('t.md', '| Variable | Exposed | Unexposed |\n|---|---|---|\n| n | 412 | 400 |\n| Dialysis, n (%%) | %d (1.2) | 12 (3.0) |\n' % 5),
    "small_prose": lambda r: ('t.txt', '対象812例のうち、アナフィラキシーは%d例に認められた。\n' % r.randrange(1, 9)),
    "small_prose_en": lambda r: ('t.txt', 'Of 812 patients, %d patients had anaphylaxis.\n' % r.randrange(2, 9)),
    "minmax_csv": lambda r: ('t.csv', 'var,mean,sd,min,max,n\nage,61.2,12.1,%d,%d,812\n' % (r.randrange(18, 25), r.randrange(95, 109))),
    "minmax_text": lambda r: ('t.txt', '年齢は平均61.2歳（最小%d歳、最大%d歳）であった。\n' % (r.randrange(18, 25), r.randrange(95, 109))),
    "range_text_en": lambda r: ('t.txt', 'Mean age was 61.2 years (range %d-%d).\n' % (r.randrange(18, 25), r.randrange(95, 109))),
    "percentile_small": lambda r: ('t.csv', 'var,n,p1,p50,p99\ncost,60,1200,52000,2930000\n'),
    "xlsx_hidden": lambda r: ('t.xlsx', f.xlsx([('表', '', [['区分', 'n'], ['A', 120], ['B', 130]]), ('raw', 'veryHidden', [H] + rows(r))])),
    "xlsx_names": lambda r: ('t.xlsx', f.xlsx([('表', '', [['担当', '氏名']] + [['x', nm(r)] for _ in range(6)])])),
    "xlsx_comment": lambda r: ('t.xlsx', f.xlsx([('表', '', [['区分', 'n'], ['A', 120]])], [('xl/comments1.xml', "<comments><commentList><comment ref='A1'><text><t>%s様</t></text></comment></commentList></comments>" % nm(r))])),
    "docx_name": lambda r: ('t.docx', f.docx(['本文', '患者 %s（%d歳）は除外した。' % (nm(r), r.randrange(20, 90))])),
    "docx_comment": lambda r: ('t.docx', f.docx(['本文'], [('word/comments.xml', "<w:comments xmlns:w='w'><w:comment>%s</w:comment></w:comments>" % f.paragraph('確認'))])),
    "pptx_hidden": lambda r: ('t.pptx', f.pptx([['a'], ['生データ']], hidden=(2,))),
    "pdf_mynumber": lambda r: ('t.pdf', f.pdf(f.pdf_text(['No. ' + v.my_number(r)]))),
    "pdf_attach": lambda r: ('t.pdf', f.pdf(f.pdf_text(['ok']), objects=[f.pdf_stream(b'/Type /EmbeddedFile', f.csv_text([H] + rows(r)).encode())], catalogue=b'/Names << /EmbeddedFiles << /Names [(a.csv) << /Type /Filespec /F (a.csv) /EF << /F 7 0 R >> >>] >> >>')),
    "svg_points": lambda r: ('t.svg', f.svg(''.join(("<circle cx='%.1f' cy='%.1f' r='1.5'/>" % (r.uniform(0, 400), r.uniform(0, 300)) for _ in range(200))))),
    "svg_base64png": lambda r: ('t.svg', f.svg("<image href='data:image/png;base64,%s'/>" % base64.b64encode(f.png(f.bars(r), chunks=[(b'tEXt', b'Comment\x00' + v.my_number(r).encode())])).decode())),
    "html_hidden": lambda r: ('t.html', f.html('<p>ok</p><div hidden>%s</div>' % nm(r))),
    "html_input_hidden": lambda r: ('t.html', f.html("<input type='hidden' value='%s'/>" % v.my_number(r))),
    "html_noscript": lambda r: ('t.html', f.html('<noscript>%s 様</noscript><template>%s</template>' % (nm(r), v.my_number(r)))),
    "ipynb_output": lambda r: ('t.ipynb', f.notebook(['df'], [{'output_type': 'execute_result', 'data': {'text/plain': [f.printed([H] + rows(r, 8))]}, 'metadata': {}, 'execution_count': 1}])),
    "zip_csv": lambda r: ('t.zip', f.zipped([('a.csv', f.csv_text([H] + rows(r)))])),
    "gz_rows": lambda r: ('t.csv.gz', gzip.compress(f.csv_text([H] + rows(r)).encode(), mtime=0)),
    "b64": lambda r: ('t.txt', base64.b64encode(f.csv_text([H] + rows(r, 8)).encode()).decode() + '\n'),
    "b64_in_code": lambda r: ('t.py', "KEY = '%s'\n" % base64.b64encode(zlib.compress(f.csv_text([H] + rows(r, 20)).encode())).decode()),
    "hexa": lambda r: ('t.txt', f.csv_text([H] + rows(r, 8)).encode().hex() + '\n'),
    "r_dput": lambda r: ('t.R', "d <- structure(list(age = c(%s), sbp = c(%s)), class='data.frame', row.names = 1:60)\n" % (', '.join(('%dL' % r.randrange(20, 90) for _ in range(60))), ', '.join(('%d' % r.gauss(130, 20) for _ in range(60))))),
    "log_rows": lambda r: ('t.log', f.printed([H] + rows(r, 10))),
    "log_warn": lambda r: ('t.log', 'WARNING: patient 00%06d has negative length of stay\n' % r.randrange(10 ** 6)),
    "tsv_rows": lambda r: ('t.tsv', f.csv_text([H] + rows(r), '\t')),
    "json_rows": lambda r: ('t.json', json.dumps([dict(zip(H, x)) for x in rows(r)])),
    "ml_coef_knn": lambda r: ('m.json', json.dumps({'model': 'KNeighborsClassifier', 'n_neighbors': 5, 'X': [[round(r.gauss(0, 1), 3) for _ in range(4)] for _ in range(60)]})),
    "km_steps": lambda r: ('km.csv', 'time,survival\n' + ''.join(('%d,%.4f\n' % (t, 1 - 0.01 * k) for k, t in enumerate(sorted(r.sample(range(1, 999), 40)))))),
    "residuals": lambda r: ('res.csv', 'fitted,residual\n' + ''.join(('%.3f,%.3f\n' % (r.gauss(7, 1), r.gauss(0, 1)) for _ in range(100)))),
    "ps_scores": lambda r: ('ps.csv', 'propensity,treated\n' + ''.join(('%.4f,%d\n' % (r.random(), r.randrange(2)) for _ in range(100)))),
    "saturated": lambda r: ('m.csv', 'term,estimate,std.error,r.squared\na,1.2,0,1\nb,2.1,0,1\n'),
    "encrypted_name": lambda r: ('t_%s.csv' % v.my_number(r), 'a,n\nx,100\ny,120\n'),
})
B = lambda r, a=20, b=5000: r.randrange(a, b)


registry.enter(honest, {
    "t1": lambda r: ('table1.csv', 'Variable,Exposed (n=412),Unexposed (n=400),SMD\nAge mean (SD),61.2 (12.1),60.8 (12.3),0.03\nMale n (%),210 (51.0),201 (50.3),0.01\nDM n (%),88 (21.4),80 (20.0),0.03\n'),
    "t1_jp": lambda r: ('表1.csv', '項目,曝露群 (n=412),対照群 (n=400),P値\n年齢 平均±SD,61.2±12.1,60.8±12.3,0.61\n男性 n(%),210 (51.0),201 (50.3),0.85\nBMI 中央値 [IQR],22.1 [20.1-24.8],22.3 [20.2-24.9],0.44\n'),
    "or_csv": lambda r: ('or.csv', 'variable,or,ci_lower,ci_upper,p\n' + ''.join(('%s,%.2f,%.2f,%.2f,%.3f\n' % (n, x, x * 0.8, x * 1.2, r.random()) for n, x in [('age', 1.02), ('sex', 1.2), ('dm', 1.5), ('ckd', 1.8)]))),
    "hr_md": lambda r: ('hr.md', '| 変数 | HR | 95%CI | p |\n|---|---|---|---|\n| 年齢 | 1.03 | 1.02–1.04 | <0.001 |\n| 男性 | 1.12 | 0.98–1.28 | 0.10 |\n'),
    "counts": lambda r: ('counts.csv', '年,入院数,死亡数\n' + ''.join(('%d,%d,%d\n' % (y, B(r, 900), B(r, 30, 90)) for y in range(2015, 2024)))),
    "counts_pref": lambda r: ('pref.csv', '都道府県,人数\n' + ''.join(('%s,%d\n' % (p, B(r)) for p in ['東京都', '大阪府', '千葉県', '宮崎県', '福島県', '福岡県', '石川県', '山口県', '長野県', '宮城県', '秋田県', '高知県']))),
    "code_py": lambda r: ('a.py', 'import pandas as pd\nfrom datetime import date\n\nCUT = date(2024, 3, 31)\nRANDOM_STATE = %d\ndf = pd.read_csv(\'cohort.csv\', parse_dates=[\'adm_date\'])\ndf = df.query(\'adm_date >= "2018-04-01" and age >= 18\')\nprint(df.groupby(\'sex\').size())\n' % r.randrange(10 ** 6)),
    "code_r": lambda r: ('a.R', "# 2024-02-29\nset.seed(20240229)\nlibrary(survival)\nfit <- coxph(Surv(time, status) ~ age + sex + strata(site), data = d, ties = 'efron')\nprint(summary(fit), digits = 3)\nstopifnot(packageVersion('survival') >= '3.5.7')\n"),
    "code_sas": lambda r: ('a.sas', '%let start=01APR2018; %let end=31MAR2023;\nproc sql; create table t as select sex, count(distinct pid) as n from a where adm between "&start"d and "&end"d group by sex; quit;\n'),
    "code_consts": lambda r: ('bnp.py', "BREAKS = [0, 18.4, 40, 100, 200, 500, 1000]\nWEIGHTS = {'age': 0.0312, 'sex': 0.21, 'egfr': -0.0121}\nALPHA = 0.05\nN_BOOT = 2000\n"),
    "log_ok": lambda r: ('run.log', '2024-03-04T10:11:12+09:00 INFO start pid=%d\n2024-03-04T10:11:15+09:00 INFO n=41238 rows=1203881\n2024-03-04T10:21:15+09:00 INFO done in 603.2s sha256=%064x\n' % (r.randrange(10 ** 5), r.getrandbits(256))),
    "session": lambda r: ('s.txt', 'Session info\n setting  value\n version  R version 4.3.2 (2023-10-31)\n os       Ubuntu 22.04.3 LTS\n date     2024-03-04\n package  * version date (UTC) lib source\n dplyr    * 1.1.4   2023-11-17 [1] CRAN\n survival * 3.5-7   2023-08-14 [1] CRAN\n mice     * 3.16.0  2023-06-05 [1] CRAN\n'),
    "uuid_log": lambda r: ('u.log', ''.join(('2024-03-04 10:%02d:00 job %08x-%04x-4%03x-a%03x-%012x finished status=0\n' % (k, r.getrandbits(32), r.getrandbits(16), r.getrandbits(12), r.getrandbits(12), r.getrandbits(48)) for k in range(6)))),
    "refs": lambda r: ('refs.md', '1. 山田太郎, 佐藤花子. 心不全の疫学. 日本公衛誌. 2019;66(5):210-218.\n2. Tanaka H, Sato T. Lancet 2020; 395: 1054–62. https://doi.org/10.1016/S0140-6736(20)30566-3\n3. 厚生労働省. 患者調査. 2020. https://www.mhlw.go.jp/toukei/saikin/hw/kanja/20/\n4. 鈴木一郎編. 臨床疫学. 医学書院, 2018. ISBN 978-4-260-03565-1\n'),
    "abstract": lambda r: ('abs.txt', '目的：高齢心不全患者の再入院を検討した。方法：2016年4月から2021年3月に登録された%d例（平均年齢78.2歳、男性52.1%%）を後方視的に解析した。結果：1年再入院率は23.4%%（95%%CI 22.1–24.7%%）。独立因子は年齢（HR 1.03）、eGFR（HR 0.98）であった。結論：…\n' % B(r, 2000, 9000)),
    "abstract_en": lambda r: ('abs.txt', 'Background: Readmission is common. Methods: Between April 1, 2016 and March 31, 2021, we enrolled %d patients (mean age 78.2 years, 52.1%% men). Results: The 1-year readmission rate was 23.4%% (95%% CI, 22.1-24.7). NNT was 9 (95%% CI 6 to 17). Figure 3 and Table 2 show details.\n' % B(r, 2000, 9000)),
    "era_doc": lambda r: ('規程.txt', '第1条 この要領は、令和4年4月1日から適用する。\n（平成29年5月12日法律第28号）\n昭和58年1月の通知は廃止する。\n別表1 を参照。手数料は1件3,300円とする。\n'),
    "titles": lambda r: ('title.txt', '論文題目：DPCデータを用いた急性期脳梗塞の解析\n著者：山田太郎1)、佐藤花子2)\n所属：1) 東京大学大学院医学系研究科 2) 国立循環器病研究センター\n連絡著者：山田太郎 〒113-0033 文京区本郷7-3-1 yamada@m.u-tokyo.example.ac.jp\n受付日：2024年3月4日\n'),
    "yj": lambda r: ('yj.csv', 'YJコード,薬価基準名,患者数\n' + ''.join(('%s,%s,%d\n' % (c, n, B(r)) for c, n in [('2149041F1029', 'アムロジピン錠5mg'), ('2189015F1023', 'ロスバスタチン錠2.5mg'), ('3969010F1036', 'シタグリプチン錠50mg')]))),
    "nine": lambda r: ('drug.csv', '医薬品コード,数量,処方回数\n' + ''.join(('62%07d,%d,%d\n' % (r.randrange(10 ** 7), B(r), B(r)) for _ in range(25)))),
    "jlac11": lambda r: ('lab.csv', 'JLAC11,項目,測定数\n' + ''.join(('%s,%s,%d\n' % (c, n, B(r)) for c, n in [('CI0000001001XX31', 'CRP'), ('FC0000001001XX01', 'ALB')]))),
    "roc": lambda r: ('roc.csv', 'fpr,tpr\n' + ''.join(('%.3f,%.3f\n' % (k / 50, (k / 50) ** 0.4) for k in range(51)))),
    "spline": lambda r: ('sp.csv', 'sbp,hr,lo,hi\n' + ''.join(('%d,%.3f,%.3f,%.3f\n' % (s, 1 + (s - 120) ** 2 / 4000.0, 0.9 + (s - 120) ** 2 / 4000.0, 1.1 + (s - 120) ** 2 / 4000.0) for s in range(80, 200, 2)))),
})


@honest
def corr(r):
    n = ['age', 'bmi', 'sbp', 'dbp', 'hb', 'cre']
    return ('corr.csv', f.csv_text([[''] + n] + [[a] + ['%.2f' % (1 if a == b else r.uniform(-0.4, 0.4)) for b in n] for a in n]))


registry.enter(honest, {
    "confusion": lambda r: ('cm.csv', ',pred0,pred1\ntrue0,%d,%d\ntrue1,%d,%d\n' % (B(r), B(r), B(r), B(r))),
    "cv": lambda r: ('cv.json', json.dumps({'folds': 5, 'auc': [0.781, 0.776, 0.79, 0.785, 0.779], 'mean_auc': 0.782, 'seed': 42, 'n_train': 32990, 'n_test': 8248, 'features': ['age', 'sex', 'egfr']})),
    "params": lambda r: ('params.yaml', 'model: xgboost\nn_estimators: 300\nmax_depth: 5\nlearning_rate: 0.05\nsubsample: 0.8\nn_jobs: 4\nfolds: 5\nrandom_state: 7\n'),
    "schema": lambda r: ('schema.sql', 'CREATE TABLE cohort (\n  person_id VARCHAR(32) NOT NULL,\n  birth_ym CHAR(6),\n  sex CHAR(1),\n  adm_date DATE,\n  PRIMARY KEY (person_id)\n);\n'),
    "heat": lambda r: ('heat.csv', 'month,hour0,hour6,hour12,hour18\n' + ''.join(('%d,%d,%d,%d,%d\n' % (m, *(B(r, 30, 900) for _ in range(4))) for m in range(1, 13)))),
    "km_svg": lambda r: ('km.svg', f.svg("<polyline fill='none' stroke='blue' points='%s'/><text x='10' y='290'>No. at risk 812 640 402 211</text>" % ' '.join(('%d,%.1f' % (20 + 30 * k // 2, 20 + 6 * k) for k in range(24))))),
})


@honest
def png(r):
    return ('fig.png', f.png(f.bars(r)))


@honest
def pdf(r):
    return ('fig.pdf', f.pdf(f.pdf_text(['Figure 1. Readmission by age group', 'Vertical bars: 95% CI', '2024-03-04'])))


@honest
def docx(r):
    return ('paper.docx', f.docx(['考察', '山田らの報告（2019年）と同様に、再入院率は23.4%であった。', '利益相反：開示すべきものはない。', '2024年3月4日 改訂'], raw=f.word_table([['変数', 'HR', 'p'], ['年齢', '1.03', '<0.001']])))


@honest
def pptx(r):
    return ('s.pptx', f.pptx([['研究報告会', '令和6年3月4日'], ['対象 41,238例'], ['結語']]))


@honest
def xlsx(r):
    return ('t.xlsx', f.xlsx([('Table2', '', [['変数', 'HR', '下限', '上限', 'P'], ['年齢', 1.03, 1.02, 1.04, 0.0001], ['男性', 1.12, 0.98, 1.28, 0.1]])]))


@honest
def zipped(r):
    return ('o.zip', f.zipped([('fig1.png', f.png(f.bars(r))), ('table.csv', 'a,n\nx,100\ny,120\nz,220\n')]))


registry.enter(honest, {
    "tex": lambda r: ('t.tex', '\\begin{tabular}{lcc}\n\\hline\nVariable & HR (95\\% CI) & P \\\\\n\\hline\nAge & 1.03 (1.02--1.04) & $<0.001$ \\\\\nMale & 1.12 (0.98--1.28) & 0.10 \\\\\n\\hline\n\\end{tabular}\n'),
    "money": lambda r: ('cost.csv', '区分,総額（円）,一人当たり（円）,人数\n入院,%d,%d,%d\n外来,%d,%d,%d\n' % (r.randrange(10 ** 9, 10 ** 10), 512345, B(r, 900), r.randrange(10 ** 9, 10 ** 10), 81234, B(r, 900))),
    "grants": lambda r: ('ack.txt', 'This work was supported by JSPS KAKENHI Grant Numbers JP21K10314 and JP22H03305, and by Health Labour Sciences Research Grant 21AC1002. UMIN000045678, jRCT1031220123, NCT04512345.\n'),
    "numbers_text": lambda r: ('m.txt', '第2版 2.1.0。サンプル数は1群312名（計624名）とした。群間差5%、検出力90%。同意撤回者を除く。ステップ1で患者を同定し、ステップ2で3年間追跡した。1人あたり2回まで。\n'),
})
