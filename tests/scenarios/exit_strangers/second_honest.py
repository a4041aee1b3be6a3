"""Templates written after the rules had been mended for the others, before anything was mended for these. Honest outputs of Japanese hospital practice."""
import base64
import datetime
import io
import json
import math
import struct
import tarfile
import zipfile

from scenarios.exit_corpus import formats as f

from . import registry

_, honest = registry.named("second_")


def big(r, low=20, high=4000):
    return r.randrange(low, high)


registry.enter(honest, {
    "annual_report": lambda r: ("年報.txt", "令和5年度 事業報告\n1. 登録件数　%d件（令和6年3月31日現在）\n2. 参加施設　%d施設\n3. 提供件数　%d件\n理事長 挨拶：本事業は平成30年5月11日に施行された次世代医療基盤法に基づき実施している。\n" % (big(r, 10 ** 5, 10 ** 6), big(r, 40, 300), big(r, 12, 90))),
    "timeline": lambda r: ("timeline.md", "| 日付 | 事項 |\n|---|---|\n| 2023-04-12 | 倫理審査申請 |\n| 2023-06-26 | 承認（第2023-118号） |\n| 2023-09-05 | データ受領 |\n| 2024-01-19 | 解析計画確定 v1.2 |\n| 2024-03-04 | 中間報告 |\n"),
    "gantt": lambda r: ("gantt.csv", "task,start,end,owner\n" + "".join("%s,2024-%02d-%02d,2024-%02d-%02d,%s\n" % (t, m, r.randrange(1, 28), m + 1, r.randrange(1, 28), o) for m, (t, o) in enumerate([("計画", "PI"), ("抽出", "DM"), ("解析", "統計"), ("図表", "統計"), ("執筆", "PI"), ("投稿", "PI")], 1))),
    "author_list": lambda r: ("authors.txt", "Kazuo Inamori1, Yuko Tanaka2, Hiroshi Mori1,3*\n1 Department of Epidemiology, Osaka Metropolitan University, Osaka, Japan\n2 National Cancer Center, Tokyo, Japan\n3 Institute of Statistical Mathematics, Tachikawa, Japan\n* Corresponding author. E-mail: mori.h@ism.example.ac.jp Tel: +81-50-5533-8500\n"),
    "credit_statement": lambda r: ("contributions.txt", "Author contributions: Conceptualization: YT, HM. Data curation: KI. Formal analysis: HM. Funding acquisition: YT. Writing - original draft: HM (lead), KI. All authors approved the final version on 4 March 2024.\n"),
})


@honest
def consort(r):
    n = big(r, 2000, 9000)
    return "consort.txt", "Assessed for eligibility (n=%s)\n  Excluded (n=%d): not meeting criteria (n=%d), declined (n=%d)\nRandomised (n=%d)\n  Allocated to A (n=%d); B (n=%d)\nAnalysed (n=%d)\n" % ("{:,}".format(n), 412, 380, 32, n - 412, (n - 412) // 2, n - 412 - (n - 412) // 2, n - 412)


registry.enter(honest, {
    "guideline_excerpt": lambda r: ("定義.txt", "高血圧：収縮期血圧140mmHg以上または拡張期血圧90mmHg以上、もしくは降圧薬内服。糖尿病：HbA1c 6.5%以上（NGSP）、空腹時血糖126mg/dL以上。CKD：eGFR 60mL/分/1.73m2未満が3か月以上。喫煙：1日1本以上を6か月以上。75歳以上を後期高齢者とする。3名の医師が独立に判定した。\n"),
    "age_definitions_en": lambda r: ("definitions.txt", "Children were 0-17 years, adults 18-64, older adults 65 or more. Two reviewers screened all abstracts and one statistician, blinded to allocation, ran the models. Nine centres took part. Three patients' organisations were consulted. Up to 5 drugs per prescription were counted.\n"),
    "icd_json": lambda r: ("codes.json", json.dumps({"AMI": ["I21.0", "I21.1", "I21.2", "I21.3", "I21.4", "I21.9"], "HF": ["I50.0", "I50.1", "I50.9"], "procedures": ["K546", "K5461", "K5491"], "drugs": ["2171022F1029", "2149032F1021", "3399007H1021"]}, indent=1)),
    "k_codes": lambda r: ("手術.csv", "Kコード,名称,実施件数,施設数\n" + "".join("%s,%s,%d,%d\n" % (c, n, big(r), big(r, 10, 200)) for c, n in [("K5461", "経皮的冠動脈形成術（急性心筋梗塞）"), ("K6335", "鼠径ヘルニア手術"), ("K672-2", "腹腔鏡下胆嚢摘出術"), ("K7211", "内視鏡的大腸ポリープ切除術"), ("K0461", "骨折観血的手術")])),
    "receipt_master_excerpt": lambda r: ("マスター.csv", "コード,名称,点数,変更日,廃止日\n" + "".join("%d,%s,%d,20240601,99999999\n" % (160000000 + r.randrange(10 ** 6), n, r.randrange(10, 2000)) for n in ["末梢血液一般検査", "ＨｂＡ１ｃ", "ＢＮＰ", "Ｄダイマー", "ＴＳＨ", "ＣＲＰ"])),
    "gs1_codes": lambda r: ("gtin.csv", "GTIN,商品名,使用数\n" + "".join("149871%08d,%s,%d\n" % (r.randrange(10 ** 8), n, big(r)) for n in ["A錠10mg100錠", "B注射液5mL", "C軟膏25g", "D吸入用"])),
    "loinc": lambda r: ("loinc.csv", "loinc,name,unit,n\n" + "".join("%s,%s,%s,%d\n" % (c, n, u, big(r)) for c, n, u in [("4548-4", "HbA1c", "%"), ("2160-0", "Creatinine", "mg/dL"), ("718-7", "Hemoglobin", "g/dL"), ("1742-6", "ALT", "U/L")])),
    "snomed": lambda r: ("snomed.csv", "concept_id,term,patients\n" + "".join("%d,%s,%d\n" % (c, t, big(r)) for c, t in [(22298006, "Myocardial infarction"), (44054006, "Type 2 diabetes"), (38341003, "Hypertension"), (84114007, "Heart failure"), (195967001, "Asthma"), (13645005, "COPD")])),
    "omop_counts": lambda r: ("omop.csv", "concept_id,concept_name,person_count,record_count\n" + "".join("%d,%s,%d,%d\n" % (r.randrange(10 ** 6, 4 * 10 ** 7), t, big(r), big(r, 5000, 90000)) for t in ["metformin", "atorvastatin", "amlodipine", "aspirin", "lansoprazole"])),
    "municipality": lambda r: ("市町村.csv", "団体コード,市区町村,人口,被保険者数,受診者数\n" + "".join("%s,%s,%d,%d,%d\n" % (c, n, big(r, 10 ** 5, 10 ** 6), big(r, 10 ** 4, 10 ** 5), big(r, 1000, 9000)) for c, n in [("131016", "千代田区"), ("271004", "大阪市"), ("401307", "福岡市"), ("011002", "札幌市"), ("221309", "浜松市")])),
    "secondary_area": lambda r: ("二次医療圏.csv", "医療圏コード,医療圏名,病床数,標準化死亡比,下限,上限\n" + "".join("%04d,%s,%d,%.1f,%.1f,%.1f\n" % (1300 + n, k, big(r, 800), s, s - 4, s + 4) for n, (k, s) in enumerate([(k, r.uniform(85, 115)) for k in ["区中央部", "区南部", "区西部", "北多摩南部", "南多摩"]], 1))),
    "weekly_sari": lambda r: ("week.csv", "week_start,n_new,n_icu,moving_average\n" + "".join("%s,%d,%d,%.1f\n" % (datetime.date(2022, 1, 3) + datetime.timedelta(days=7 * k), big(r, 60, 900), big(r, 11, 90), r.uniform(60, 900)) for k in range(52))),
    "daily_counts": lambda r: ("daily.csv", "date,admissions\n" + "".join("%s,%d\n" % (datetime.date(2022, 1, 1) + datetime.timedelta(days=k), big(r, 40, 400)) for k in range(120))),
    "hourly": lambda r: ("hour.csv", "hour,arrivals,mean_wait_min\n" + "".join("%d,%d,%.1f\n" % (h, big(r, 40, 900), r.uniform(5, 60)) for h in range(24))),
    "marginal_effects": lambda r: ("margins.csv", "age,sex,pr_death,se,lower,upper\n" + "".join("%d,%s,%.4f,%.4f,%.4f,%.4f\n" % (a, s, q, .01, q - .02, q + .02) for a in range(40, 95, 5) for s in ("F", "M") for q in [0.02 + a / 1000])),
    "coefficients_many": lambda r: ("lasso.csv", "feature,coefficient\n" + "".join("%s,%.5f\n" % (n, r.gauss(0, .3)) for n in ["age", "sex_M", "bmi", "sbp", "dbp", "hr", "hb", "wbc", "plt", "crp", "alb", "bun", "cre", "na", "k", "cl", "ast", "alt", "ldh", "tbil", "glu", "hba1c", "ef", "nyha2", "nyha3", "nyha4"])),
    "coefficients_broom": lambda r: ("tidy.csv", "term,estimate,std.error,statistic,p.value\n" + "".join("%s,%.15f,%.15f,%.13f,%.3e\n" % (n, r.gauss(0, 1), r.random(), r.gauss(0, 3), r.random() / 100) for n in ["(Intercept)", "age", "sexM", "dm", "ckd", "af"])),
    "glance": lambda r: ("glance.csv", "r.squared,adj.r.squared,sigma,statistic,p.value,df,logLik,AIC,BIC,deviance,df.residual,nobs\n0.212,0.211,1.02,312.1,1.2e-99,4,-5121.2,10254.4,10293.1,5120.1,%d,%d\n" % (4916, 4921)),
    "gridsearch": lambda r: ("cv_results.csv", "param_C,param_gamma,mean_test_score,std_test_score,rank_test_score\n" + "".join("%s,%s,%.4f,%.4f,%d\n" % (c, g, r.uniform(.6, .8), r.uniform(.005, .02), k) for k, (c, g) in enumerate([(c, g) for c in (0.1, 1, 10) for g in (0.001, 0.01, 0.1)], 1))),
    "learning_curve": lambda r: ("history.csv", "epoch,loss,val_loss,auc,val_auc\n" + "".join("%d,%.4f,%.4f,%.4f,%.4f\n" % (e, math.exp(-e / 20), math.exp(-e / 22) + .05, 1 - math.exp(-e / 9) / 3, .99 - math.exp(-e / 9) / 3) for e in range(1, 51))),
    "calibration_bins": lambda r: ("calibration.csv", "bin,n,mean_predicted,observed\n" + "".join("%d,%d,%.3f,%.3f\n" % (b, big(r, 100, 900), b / 10 - .05, b / 10 - .05 + r.uniform(-.02, .02)) for b in range(1, 11))),
    "decision_curve": lambda r: ("dca.csv", "threshold,net_benefit_model,net_benefit_all\n" + "".join("%.2f,%.4f,%.4f\n" % (t / 100, .2 - t / 400, .2 - t / 200) for t in range(1, 61))),
    "meta_analysis": lambda r: ("meta.csv", "study,year,events_t,n_t,events_c,n_c,rr,ci_low,ci_high\n" + "".join("%s,%d,%d,%d,%d,%d,%.2f,%.2f,%.2f\n" % (s, y, big(r, 20, 90), big(r, 200, 900), big(r, 20, 90), big(r, 200, 900), q, q * .8, q * 1.25) for s, y, q in [("Suzuki", 2012, .9), ("Sato", 2015, .8), ("Smith", 2017, .85), ("Kim", 2019, .7)])),
    "haplotype_frequency": lambda r: ("freq.csv", "rsid,chr,pos,ref,alt,maf,p\n" + "".join("rs%d,%d,%d,%s,%s,%.3f,%.2e\n" % (r.randrange(10 ** 5, 10 ** 8), r.randrange(1, 23), r.randrange(10 ** 6, 2 * 10 ** 8), r.choice("ACGT"), r.choice("ACGT"), r.uniform(.05, .5), r.random()) for _ in range(30))),
    "simulation_output": lambda r: ("sim.csv", "scenario,n,bias,mse,coverage\n" + "".join("%d,%d,%.5f,%.5f,%.3f\n" % (k, n, r.gauss(0, .01), r.random() / 100, r.uniform(.93, .96)) for k in range(1, 7) for n in (100, 500, 2000))),
    "dockerfile": lambda r: ("Dockerfile", "FROM rocker/r-ver:4.3.1@sha256:%064x\nRUN apt-get update && apt-get install -y libcurl4-openssl-dev=7.88.1-10+deb12u5\nENV TZ=Asia/Tokyo SEED=%d\nCOPY . /w\n" % (r.getrandbits(256), r.randrange(10 ** 9))),
    "package_lock": lambda r: ("package-lock.json", json.dumps({"name": "figs", "lockfileVersion": 3, "packages": {"node_modules/d3": {"version": "7.8.5", "integrity": "sha512-" + base64.b64encode(r.randbytes(64)).decode()}, "node_modules/vega": {"version": "5.25.0", "integrity": "sha512-" + base64.b64encode(r.randbytes(64)).decode()}}}, indent=1)),
    "poetry_lock": lambda r: ("poetry.lock", "".join("[[package]]\nname = \"%s\"\nversion = \"1.%d.0\"\nfiles = [\n    {file = \"%s-1.0.tar.gz\", hash = \"sha256:%064x\"},\n]\n\n" % (n, r.randrange(9), n, r.getrandbits(256)) for n in ["numpy", "pandas", "scipy"])),
    "ci_log": lambda r: ("build.log", "".join("%s [%d] step %d/%d %s %07x\n" % ((datetime.datetime(2024, 3, 4, 10, 0) + datetime.timedelta(seconds=17 * k)).strftime("%Y-%m-%dT%H:%M:%S+0900"), 4000 + k, k, 9, r.choice(["restore", "lint", "render", "knit"]), r.getrandbits(28)) for k in range(1, 10))),
    "bash_script": lambda r: ("run.sh", "#!/bin/bash\nset -euo pipefail\n# 2024-03-04 updated\nfor y in 2018 2019 2020 2021 2022; do\n  Rscript 02_model.R --year \"$y\" --seed %d > \"log_${y}.txt\"\ndone\nmd5sum tables/*.csv > MD5SUMS\n" % r.randrange(10 ** 8)),
    "r_ggplot": lambda r: ("fig.R", "library(ggplot2)\ncols <- c('#1B9E77', '#D95F02', '#7570B3', '#E7298A', '#66A61E', '#E6AB02')\np <- ggplot(km, aes(time, surv, colour = arm)) + geom_step() + scale_x_continuous(breaks = c(0, 12, 24, 36, 48, 60)) + labs(x = 'Months', y = 'Survival')\nggsave('fig1.svg', p, width = 6, height = 4)\n"),
    "python_lookup": lambda r: ("lookup.py", "CHARLSON = [('mi', 1, ['I21', 'I22', 'I252']), ('chf', 1, ['I50', 'I43']), ('pvd', 1, ['I70', 'I71']), ('dementia', 1, ['F00', 'F01', 'F03']), ('copd', 1, ['J44', 'J45']), ('dm', 1, ['E10', 'E11']), ('dmcx', 2, ['E102', 'E112']), ('renal', 2, ['N18', 'N19']), ('ca', 2, ['C18', 'C34']), ('mets', 6, ['C77', 'C78', 'C79']), ('aids', 6, ['B20', 'B24'])]\nPREFECTURES = %r\n" % {n: k for n, k in enumerate(["北海道", "青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木", "群馬"], 1)}),
    "forest_data_in_code": lambda r: ("forest.R", "d <- data.frame(\n  label = c('Age <65', 'Age >=65', 'Male', 'Female', 'DM', 'CKD', 'CHF', 'Overall'),\n  hr = c(%s),\n  lo = c(%s),\n  hi = c(%s))\nforestplot(d)\n" % tuple(", ".join("%.2f" % (x * k) for x in [0.9, 1.1, 1.0, 1.2, 1.3, 1.4, 1.5, 1.05]) for k in (1, .85, 1.2))),
    "sql_case": lambda r: ("age.sql", "select case when age < 20 then '0-19' when age < 40 then '20-39' when age < 65 then '40-64' else '65+' end as g, count(distinct person) as n\nfrom cohort where dpc like '050030%' and discharge between '2019-04-01' and '2023-03-31'\ngroup by 1 having count(distinct person) >= 10;\n"),
    "latex_manuscript": lambda r: ("main.tex", "\\documentclass[12pt]{article}\n\\title{Trends in reperfusion, 2012--2022}\n\\author{H. Mori\\thanks{mori@example.ac.jp} \\and Y. Tanaka}\n\\date{4 March 2024}\n\\begin{document}\n\\maketitle\nWe used data of %s admissions. The rate fell from 8.1\\%% to 6.2\\%% \\cite{sato2015,kim2019}.\n\\begin{tabular}{lrr}\n\\toprule\n & 2012 & 2022 \\\\\n\\midrule\nPatients & 12,312 & 15,100 \\\\\nAge, mean (SD) & 68.1 (12.1) & 70.2 (12.4) \\\\\nWomen, n (\\%%) & 3,201 (26.0) & 3,851 (25.5) \\\\\n\\bottomrule\n\\end{tabular}\n\\end{document}\n" % "{:,}".format(big(r, 10 ** 5, 10 ** 6))),
    "supplementary_html": lambda r: ("supp.html", f.html("<h2>eTable 3. ICD-10 codes</h2>" + f.html_table([["Condition", "Codes"], ["AMI", "I21.x"], ["Stroke", "I60-I64"], ["CKD", "N18.3-N18.5"]]) + "<p>Data cut: 2024-01-31. Software: R 4.3.2, survival 3.5-7. Contact: Department of Epidemiology, +81-6-6645-2121</p>")),
    "docx_cover_letter": lambda r: ("cover.docx", f.docx(["4 March 2024", "Dr Jane Smith, Editor-in-Chief", "Circulation Journal", "Dear Dr Smith,", "We submit our manuscript entitled \"Trends in reperfusion\" (MS-2024-%04d)." % r.randrange(10 ** 4), "Sincerely,", "Hiroshi Mori, MD, PhD", "Osaka Metropolitan University, 1-4-3 Asahi-machi, Abeno-ku, Osaka 545-8585", "E-mail: mori@omu.example.ac.jp"])),
    "pptx_conference": lambda r: ("talk.pptx", f.pptx([["第88回日本循環器学会学術集会", "2024年3月8日 神戸"], ["COI開示", "筆頭発表者 森 博：開示すべきCOIはありません"], ["対象", "2012年4月～2022年3月 急性心筋梗塞 412,118例"], ["結果", "院内死亡 8.1% → 6.2%（p<0.001）"]])),
})


@honest
def xlsx_with_totals(r):
    rows = [[p, big(r), big(r), big(r)] for p in ["北海道", "東北", "関東", "中部", "近畿", "中国", "四国", "九州"]]
    return "地域別.xlsx", f.xlsx([("地域別", "", [["表2 地域別患者数"], [], ["地域", "2020年", "2021年", "2022年"]] + rows + [["計"] + [sum(x[i] for x in rows) for i in (1, 2, 3)], ["注：10未満は秘匿"]])])


registry.enter(honest, {
    "svg_bar_labels": lambda r: ("bar.svg", f.svg("".join("<rect x='%d' y='%d' width='20' height='%d' fill='#4477aa'/><text x='%d' y='%d'>%d</text><text x='%d' y='295'>%d</text>" % (40 * i + 10, 280 - n // 4, n // 4, 40 * i + 10, 275 - n // 4, n, 40 * i + 10, 2014 + i) for i, n in enumerate(big(r, 100, 900) for _ in range(9))))),
    "svg_line_markers": lambda r: ("trend.svg", f.svg("<polyline fill='none' stroke='black' points='%s'/>" % " ".join("%d,%.1f" % (10 + 6 * k, 150 + 60 * math.sin(k / 9)) for k in range(60)) + "".join("<circle cx='%d' cy='%.1f' r='2'/>" % (10 + 6 * k, 150 + 60 * math.sin(k / 9)) for k in range(60)))),
    "svg_choropleth": lambda r: ("map.svg", f.svg("".join("<path d='M%d %d l30 0 l0 30 l-30 0 z' fill='#%02x%02xff' stroke='white'><title>%s: %.1f</title></path>" % (35 * (k % 8), 35 * (k // 8), 255 - 4 * k, 255 - 4 * k, n, r.uniform(20, 90)) for k, n in enumerate(["北海道", "青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木", "群馬", "埼玉", "千葉", "東京", "神奈川"])))),
    "svg_ggplot": lambda r: ("gg.svg", "<?xml version='1.0' encoding='UTF-8' ?>\n<svg xmlns='http://www.w3.org/2000/svg' class='svglite' width='432pt' height='288pt' viewBox='0 0 432 288'>\n<defs>\n<style type='text/css'><![CDATA[\n.svglite line, .svglite polyline { fill: none; stroke: #000000; }\n.svglite text { white-space: pre; }\n]]></style>\n</defs>\n<rect width='100%%' height='100%%' style='stroke: none; fill: #FFFFFF;'/>\n%s\n<text x='200' y='280' style='font-size: 11px; font-family: \"Arial\";' textLength='60px' lengthAdjust='spacingAndGlyphs'>Months</text>\n</svg>\n" % "".join("<polyline points='%s' style='stroke-width: 1.07; stroke: #F8766D;' />" % " ".join("%.2f,%.2f" % (40 + 6.2 * k, 20 + 3.1 * k + r.random()) for k in range(60)) for _ in range(2))),
    "pdf_table": lambda r: ("t.pdf", f.pdf(f.pdf_text(["Table 2. Adjusted hazard ratios", "Age (per 10 y)      1.42 (1.31-1.54)   <0.001", "Male sex            1.10 (0.98-1.23)    0.11", "Diabetes            1.21 (1.08-1.36)    0.001", "N = 12,312; events = 1,021", "Data cut 2024-01-31; R 4.3.2"]))),
    "jpeg_plain": lambda r: ("fig.jpg", f.jpeg()),
    "png_dpi": lambda r: ("fig.png", f.png(f.bars(r), chunks=[(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)), (b"tEXt", b"Software\0Matplotlib version3.7.1, https://matplotlib.org/")])),
    "notebook_cleared": lambda r: ("fig.ipynb", json.dumps({"cells": [{"cell_type": "code", "execution_count": None, "id": "a%07x" % r.getrandbits(28), "metadata": {"tags": ["parameters"]}, "outputs": [], "source": ["START = '2018-04-01'\n", "END = '2023-03-31'\n", "SEED = %d" % r.randrange(10 ** 9)]}], "metadata": {"language_info": {"name": "python", "version": "3.11.4"}}, "nbformat": 4, "nbformat_minor": 5})),
})


@honest
def zip_submission(r):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("submission/tables/table2.csv", "term,hr,lower,upper,p\nage,1.42,1.31,1.54,<0.001\nsex,1.10,0.98,1.23,0.11\ndm,1.21,1.08,1.36,0.001\n")
        z.writestr("submission/figures/fig1.png", f.png(f.bars(r)))
        z.writestr("submission/code/01_model.R", "library(survival)\nset.seed(%d)\n" % r.randrange(10 ** 7))
    return "submission.zip", out.getvalue()


@honest
def tar_code(r):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        for n, c in [("repo/README.md", "# Model code\nRun `make`. Commit %040x\n" % r.getrandbits(160)), ("repo/model.R", "fit <- glm(y ~ x, family = binomial)\n")]:
            i = tarfile.TarInfo(n)
            i.size = len(c)
            i.mtime = 1709510400
            t.addfile(i, io.BytesIO(c.encode()))
    return "repo.tar.gz", out.getvalue()


registry.enter(honest, {
    "questionnaire_text": lambda r: ("調査票.txt", "問1 あなたの年齢は？ 1) 20歳未満 2) 20～39歳 3) 40～64歳 4) 65歳以上\n問2 性別 1) 男 2) 女 3) 回答しない\n問3 お住まいの都道府県（　　　）\n問4 現在治療中の病気はありますか。氏名・住所の記入は不要です。\n"),
    "consent_form": lambda r: ("説明文書.txt", "患者様へ\n本研究では、氏名・生年月日・住所等を削除したデータを用います。研究への参加を希望されない場合は、下記までご連絡ください。\n大阪公立大学医学部附属病院 臨床研究支援センター　電話 06-6645-3456（平日9時～17時）\n"),
    "dua_text": lambda r: ("利用条件.txt", "第3条 利用者は、10未満の度数を公表してはならない。\n第5条 患者番号、氏名、電話番号等の識別子の持ち出しを禁ずる。\n附則 この規程は令和4年4月1日から施行する。改正 令和5年10月1日。\n"),
    "glossary": lambda r: ("glossary.csv", "用語,説明\n患者数,実患者数（名寄せ後）\n氏名,提供データに含まない\n生年月日,年月のみ提供\n被保険者番号,ハッシュ化\n入院日,相対日に変換\n"),
    "validation_study": lambda r: ("validation.csv", "algorithm,tp,fp,fn,tn,sensitivity,specificity,ppv\n" + "".join("%s,%d,%d,%d,%d,%.3f,%.3f,%.3f\n" % (a, t, p, n, q, t / (t + n), q / (q + p), t / (t + p)) for a, t, p, n, q in [(a, big(r, 100, 400), big(r, 12, 60), big(r, 12, 60), big(r, 1000, 4000)) for a in ["1 code", "2 codes", "code + drug"]])),
    "intraclass": lambda r: ("icc.txt", "Group variable: hospital            Number of groups  =     112\nObs per group: min = 21, avg = 412.1, max = 1,980\nIntraclass correlation = 0.0421 (SE 0.0061)\nLR test vs. logistic model: chibar2(01) = 212.33   Prob >= chibar2 = 0.0000\n"),
    "cost_effectiveness": lambda r: ("icer.csv", "strategy,cost_jpy,qaly,incremental_cost,incremental_qaly,icer\nusual care,1234567,6.1234,,,\nprogramme,%d,6.2345,%d,0.1111,%d\n" % (1534567, 300000, 2700270)),
    "psa_cloud_summary": lambda r: ("psa.csv", "quantile,inc_cost,inc_qaly\n" + "".join("%s,%d,%.3f\n" % (q, c, e) for q, c, e in [("2.5%", 120000, .02), ("25%", 240000, .07), ("50%", 300000, .11), ("75%", 360000, .15), ("97.5%", 480000, .2)])),
})
