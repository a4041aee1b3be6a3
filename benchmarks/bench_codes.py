#!/usr/bin/env python3
"""Suggestions for local codes, measured: hospitals whose names were made from the published masters by rules that know
nothing of the program's normalisation (widths, abbreviations, dropped makers and units, vendor marks, cut fields,
slips of the keyboard), with the standard codes hidden.

  bench_codes.py --masters DIR --sekisho PROGRAM [--style A|B] [--faults SHARE] [--codes N] [--seed N] [--hospitals N] [--keep DIR] [--json]
"""
import argparse, atexit, csv, io, json, os, pathlib, random, resource, shutil, subprocess, sys, tempfile, time, unicodedata

HALF = {}
for c in range(0xFF61, 0xFFA0):
    HALF.setdefault(unicodedata.normalize('NFKC', chr(c)), chr(c))
for base in 'カキクケコサシスセソタチツテトハヒフヘホウ':
    voiced = unicodedata.normalize('NFC', base + '\u3099')
    if len(voiced) == 1: HALF[voiced] = HALF[base] + 'ﾞ'
for base in 'ハヒフヘホ':
    HALF[unicodedata.normalize('NFC', base + '\u309a')] = HALF[base] + 'ﾟ'
HALF['ー'] = 'ｰ'


def half(text):
    out = []
    for c in text:
        n = unicodedata.normalize('NFKC', c)
        out.append(n if n.isascii() else HALF.get(c, c))
    return ''.join(out)


def full(text):
    return ''.join(chr(ord(c) + 0xFEE0) if '!' <= c <= '~' else c for c in unicodedata.normalize('NFKC', text))


def read(path):
    raw = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
    try:
        text = raw.decode('cp932')
    except UnicodeDecodeError:
        text = raw.decode('utf-8', 'replace')
    return list(csv.reader(io.StringIO(text)))


def typo(rng, text):
    """One slip of the keyboard inside the first word."""
    if len(text) < 5: return text
    i = rng.randrange(1, len(text) - 1)
    if text[i].isdigit() or text[i - 1].isdigit() or text[i + 1].isdigit(): return text
    kind = rng.random()
    if kind < 0.4: return text[:i] + text[i + 1:]
    if kind < 0.7: return text[:i] + text[i + 1] + text[i] + text[i + 2:]
    if 'ァ' <= text[i] <= 'ヶ': return text[:i] + chr(min(ord(text[i]) + rng.choice((-1, 1)), 0x30F6)) + text[i + 1:]
    return text[:i] + text[i] + text[i:]


class Style:
    """How one hospital writes: chosen once, kept for most of its items."""

    def __init__(self, rng):
        self.width = rng.choice(('half', 'half', 'nfkc', 'asis', 'full'))
        self.form = rng.choice(('asis', 'short', 'short', 'none'))
        self.maker = rng.choice(('asis', 'round', 'bare', 'square'))
        self.unit = rng.choice(('asis', 'asis', 'drop', 'bracket'))
        self.mark = rng.choice(('', '', '☆', '(後)', '【院外】', '◎', '劇)', '*'))
        self.tail = rng.choice(('', '', '[院内]', '_旧', '(採用)', ' ※'))
        self.cut = rng.choice((0, 0, 0, 40, 30, 24))
        self.typos = rng.choice((0.01, 0.03, 0.05))
        self.claims = rng.choice((0.0, 0.5, 0.8))
        self.kana = rng.choice((False, False, True))

    def width_of(self, text):
        return {'half': half, 'nfkc': lambda t: unicodedata.normalize('NFKC', t), 'asis': lambda t: t, 'full': full}[self.width](text)

    def finish(self, rng, text):
        if rng.random() < self.typos: text = typo(rng, text)
        text = self.width_of(text)
        if self.mark and rng.random() < 0.4: text = self.mark + text
        if self.tail and rng.random() < 0.25: text = text + self.tail
        if self.cut:
            out, size = '', 0
            for c in text:
                size += 1 if unicodedata.east_asian_width(c) in 'HNaNa' and ord(c) < 0x3000 or 0xFF61 <= ord(c) <= 0xFF9F else 2
                if size > self.cut: break
                out += c
            text = out
        return text


FORMS = [('口腔内崩壊錠', 'OD錠'), ('カプセル', 'cap'), ('ドライシロップ', 'DS'), ('シロップ', 'syr'), ('点滴静注用', '点滴'), ('点滴静注', '点滴'),
         ('静注用', '静注'), ('注射用', '注'), ('注射液', '注'), ('皮下注', '皮下注'), ('クリーム', 'cr'), ('軟膏', '軟'), ('細粒', '細'), ('顆粒', '顆'), ('錠', 'T')]
PACK = {'錠': ['錠', 'T', 'Ｔ'], 'カプセル': ['カプセル', 'C', 'cap'], 'ｇ': ['g', 'ｇ', 'グラム'], 'ｍＬ': ['mL', 'ml', 'ｍｌ'], '管': ['管', 'A', 'アンプル'],
        '瓶': ['瓶', 'V', 'バイアル'], '枚': ['枚'], '個': ['個'], '筒': ['筒', 'シリンジ'], 'キット': ['キット', 'kit'], '袋': ['袋', 'バッグ']}


def drug_name(rng, style, name):
    import re
    maker = ''
    m = re.search(r'「(.*?)」', name)
    if m:
        maker, name = m.group(1), name.replace(m.group(0), '\0')
    if style.form == 'short':
        for long, short in FORMS:
            if long in name:
                name = name.replace(long, full(short) if rng.random() < 0.5 else short, 1)
                break
    elif style.form == 'none' and rng.random() < 0.5:
        name = re.sub(r'(カプセル|(?<!Ｄ)錠)(?=[０-９])', '', name, count=1)
    if style.unit == 'drop':
        name = re.sub(r'([０-９．]+)ｍｇ(?=\0|$)', r'\1', name)
    elif style.unit == 'bracket':
        name = re.sub(r'([０-９．]+ｍｇ)(?=\0|$)', r'（\1）', name)
    if maker:
        shown = {'asis': f'「{maker}」', 'round': f'({maker})', 'bare': maker, 'square': f'[{maker}]'}[style.maker]
        if rng.random() < 0.03: shown = shown[:-1] if style.maker == 'bare' else shown.replace(maker, maker[:3])
        name = name.replace('\0', shown)
    return style.finish(rng, name)


def disease_name(rng, style, name, modifiers):
    for a, b in (('癌', 'がん'), ('頚', '頸'), ('嚢', 'のう')):
        if a in name and rng.random() < 0.2: name = name.replace(a, b, 1)
    used = rng.random()
    if used < 0.15: name += rng.choice(('の疑い', '疑い', '(疑い)'))
    elif used < 0.25: name = rng.choice(('右', '左', '両側', '慢性', '急性', '再発性')) + name
    elif used < 0.3: name += rng.choice(('術後', 'の術後', '治療後'))
    return style.finish(rng, name)


def act_name(rng, style, name):
    for a, b in (('（', '('), ('検査', '検査'), ('手術', '術'), ('２日目以降', '2日目~'), ('加算', '加')):
        if a in name and rng.random() < 0.3: name = name.replace(a, b, 1)
    if rng.random() < 0.15: name = name.replace('、', '').replace('・', '')
    return style.finish(rng, name)


# Names of laboratory systems, written down from published reports and order sheets, not from the program's table.
LAB_NAMES = {
    '3D046': ['HbA1c', 'ＨｂＡ１ｃ（ＮＧＳＰ）', 'ﾍﾓｸﾞﾛﾋﾞﾝA1c', 'HbA1cN', 'グリコHb A1c NGSP', 'HBA1C-NGSP値'],
    '3D045': ['HbA1c(JDS値)', 'HbA1c JDS', 'ＨｂＡ１ｃ－ＪＤＳ'],
    '3D010': ['血糖', 'ｸﾞﾙｺｰｽ', 'BS', 'Glu', 'グルコース(静脈血漿)', '血糖(随時)', 'ブドウ糖(血漿)'],
    '3C015': ['ｸﾚｱﾁﾆﾝ', 'CRE', 'Cr', 'クレアチニン(血清)', 'CRNN', 'Creatinine', 'ｸﾚｱﾁﾆﾝ定量'],
    '8A065': ['eGFR', '推算GFR(Cre)', 'eGFRcreat', '推算糸球体濾過量', 'GFR推算値'],
    '3C025': ['BUN', '尿素窒素', 'UN', 'ｳﾚｱ窒素', 'Urea-N', '尿素N'],
    '3C020': ['UA', '尿酸', 'ﾆｮｳｻﾝ', 'Uric acid'],
    '3H010': ['Na', 'ﾅﾄﾘｳﾑ', '血清Na', 'Ｎａ', 'Na(ISE)', 'sodium'],
    '3H015': ['K', 'ｶﾘｳﾑ', '血清K', 'Ｋ', 'K(ISE)'],
    '3H020': ['Cl', 'ｸﾛｰﾙ', 'CL', 'クロール（血清）', '塩素'],
    '3B035': ['AST', 'GOT', 'AST(GOT)', 'ＧＯＴ（ＡＳＴ）', 'S-GOT', 'ASAT'],
    '3B045': ['ALT', 'GPT', 'ALT(GPT)', 'ＧＰＴ', 'S-GPT'],
    '3B090': ['γ-GTP', 'γGTP', 'GGT', 'ｶﾞﾝﾏGTP', 'G-GTP', 'r-GTP', 'γ-ＧＴ', 'GAMMA-GTP'],
    '3B070': ['ALP', 'ALP/IFCC', 'ｱﾙｶﾘﾌｫｽﾌｧﾀｰｾﾞ', 'Alp', 'ＡＬ－Ｐ'],
    '3J010': ['T-Bil', '総ビリルビン', 'TB', '総ﾋﾞﾘﾙﾋﾞﾝ', 'T.Bil', 'ビリルビン(総)'],
    '3B050': ['LDH', 'LD', 'LD/IFCC', 'ＬＤ（ＬＤＨ）', '乳酸脱水素酵素'],
    '3B010': ['CK', 'CPK', 'CK(CPK)', 'ｸﾚｱﾁﾝｷﾅｰｾﾞ'],
    '3F077': ['LDL-C', 'LDLコレステロール', 'LDL-CHO', 'LDL-ｺﾚｽﾃﾛｰﾙ', 'Ｌ－ＣＨＯ', 'LDL-C直接'],
    '3F070': ['HDL-C', 'HDLコレステロール', 'HDL-CHO', 'HDL-ｺﾚｽﾃﾛｰﾙ', 'Ｈ－ＣＨＯ'],
    '3F015': ['TG', '中性脂肪', 'ﾄﾘｸﾞﾘｾﾗｲﾄﾞ', 'ＴＧ（中性脂肪）', 'T.G'],
    '5C070': ['CRP', 'CRP定量', 'Ｃ反応性蛋白', 'CRP(ﾗﾃｯｸｽ)', 'ＣＲＰ-定量'],
    '2A990W': ['WBC', '白血球数', '白血球', 'ＷＢＣ', 'Leuko'],
    '2A990R': ['RBC', '赤血球数', '赤血球', 'ＲＢＣ'],
    '2A030': ['Hb', 'ヘモグロビン', 'HGB', '血色素量', 'ﾍﾓｸﾞﾛﾋﾞﾝ濃度'],
    '2A050': ['PLT', '血小板', '血小板数', 'ＰＬＴ', 'Plt'],
    '3A015': ['Alb', 'アルブミン', 'ALB(BCP)', 'ｱﾙﾌﾞﾐﾝ', '血清アルブミン'],
    '3A015U': ['尿ALB/CRE', '尿中アルブミン(Cr補正)', 'U-ACR', 'ACR', '尿Alb指数'],
    '2B030': ['PT-INR', 'INR', 'ＰＴ（ＩＮＲ）', 'プロトロンビンINR'],
}


def labs(path, rng, style, hospital, rows, truth):
    for r in csv.DictReader(open(path, encoding='utf-8')):
        if not r['jlac10'][:1].isdigit(): continue
        key = r['jlac10'][:5]
        if r['item'] == 'WBC': key = '2A990W'
        if r['item'] == 'RBC': key = '2A990R'
        if r['jlac10'][9:12] == '001': key = '3A015U'
        for k, name in enumerate(rng.sample(LAB_NAMES[key], min(2, len(LAB_NAMES[key])))):
            try:
                mean, sd = float(r['healthy_mean'].split('/')[0]), float(r['healthy_sd'].split('/')[0])
            except ValueError:
                mean, sd = 70, 18
            factor, unit = 1, r['unit_display']
            if unit == '10^3/uL' and rng.random() < 0.5: factor, unit = (1000, '/μL') if r['item'] == 'WBC' else (0.1, '万/μL')
            elif unit == '10^6/uL' and rng.random() < 0.5: factor, unit = 100, '×10^4/μL'
            elif unit == 'U/L' and rng.random() < 0.5: unit = 'IU/l'
            if rng.random() < 0.1: unit = ''
            sick = rng.uniform(1.0, 1.25)
            code = f'L{len(rows):06d}'
            shown = style.width_of(name) if rng.random() < 0.5 else name
            if rng.random() < 0.15: shown += rng.choice(('(血清)', '［院内］', ' 至急', '＊'))
            specimen = {'023': ['023', '血清', ''], '022': ['022', '血漿', ''], '019': ['019', '全血', '血液', ''], '001': ['001', '尿']}[r['jlac10'][9:12]]
            claimed = ''
            if len(r['receipt_procedure']) == 9 and rng.random() < style.claims:
                claimed = f"160008010:{rng.randrange(300, 900)};{r['receipt_procedure']}:{rng.randrange(400, 950)};112007410:950"
            rows.append({'hospital': hospital, 'local_code': code, 'name': shown, 'kind': 'lab', 'unit': unit, 'specimen': rng.choice(specimen), 'count': 1000,
                         'value_p05': round((mean - 1.6 * sd) * factor, 3), 'value_p50': round(mean * sick * factor, 3),
                         'value_p95': round((mean + 3 * sd) * factor * sick, 3), 'value_count': 1000, 'claimed': claimed})
            truth.append({'hospital': hospital, 'local_code': code, 'kind': 'lab', 'std_code': r['jlac10']})


def unique(entries):
    """Without entries that share a name: no name can tell them."""
    seen = {}
    for e in entries: seen.setdefault(unicodedata.normalize('NFKC', e[1]), []).append(e)
    return [v[0] for v in seen.values() if len(v) == 1]


def generate(masters, scenarios, codes, hospitals, seed):
    rng = random.Random(seed)
    # Editions in force; (選) codes are left out: no name can tell them.
    drugs = unique([(r[2], r[4], r[9]) for r in read(f'{masters}/y/y_ALL20240531.csv.zst') if not r[2].startswith('67')])
    diseases = unique([(r[2], r[5], r[15]) for r in read(f'{masters}/b/b_20240601.txt.zst') if r[2] != '0000999'])
    acts = unique([(r[2], r[4], '') for r in read(f'{masters}/s/s_ALL20240531.csv.zst') if r[2][:2] in ('14', '15', '16', '17', '18')])
    rows, truth = [], []
    share = {'drug': 0.45, 'disease': 0.35, 'procedure': 0.2}
    for h in range(hospitals):
        style, hospital = Style(rng), f'H{h + 1:02d}'
        n = codes // hospitals
        for kind, entries, make in (('drug', drugs, drug_name), ('disease', diseases, None), ('procedure', acts, act_name)):
            for code, name, extra in rng.sample(entries, min(int(n * share[kind]), len(entries))):
                local = f'{kind[0].upper()}{len(rows):06d}'
                shown = disease_name(rng, style, name, None) if kind == 'disease' else make(rng, style, name)
                row = {'hospital': hospital, 'local_code': local, 'name': shown, 'kind': kind, 'count': rng.randrange(20, 2000)}
                if kind == 'drug': row['unit'] = rng.choice(PACK.get(extra, [extra])) if rng.random() < 0.8 else ''
                if kind != 'disease' and rng.random() < style.claims:
                    noise = rng.sample(drugs if kind == 'drug' else acts, 3)
                    n_rows = row['count']
                    pairs = [('112007410', n_rows)] + [(e[0], rng.randrange(1, max(2, n_rows // 3))) for e in noise]
                    pairs.append((code, int(n_rows * rng.uniform(0.5, 0.95))))
                    rng.shuffle(pairs)
                    row['claimed'] = ';'.join(f'{c}:{k}' for c, k in pairs)
                rows.append(row)
                truth.append({'hospital': hospital, 'local_code': local, 'kind': kind, 'std_code': code})
        if scenarios: labs(f'{scenarios}/labs.csv', rng, style, hospital, rows, truth)
    return rows, truth


COLUMNS = ['hospital', 'local_code', 'name', 'kind', 'unit', 'specimen', 'count', 'value_p05', 'value_p50', 'value_p95', 'value_mean', 'value_sd',
           'value_count', 'dose_p50', 'dose_unit', 'claimed', 'std_system', 'std_code']


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--masters', required=True)
    p.add_argument('--scenarios', default='')
    p.add_argument('--sekisho', required=True)
    p.add_argument('--codes', type=int, default=20000)
    p.add_argument('--hospitals', type=int, default=20)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--style', choices=('A', 'B'), default='A', help='A: habits of a hospital; B: bench_codes_b.py')
    p.add_argument('--faults', type=float, default=0, help='share of wrong codes among codes that are sent (bench_codes_faults.py)')
    p.add_argument('--keep')
    p.add_argument('--json', action='store_true')
    a = p.parse_args()
    folder = pathlib.Path(a.keep or tempfile.mkdtemp(prefix='bench-codes'))
    folder.mkdir(parents=True, exist_ok=True)
    if not a.keep:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if a.style == 'B':
        import bench_codes_b
        rows, truth = bench_codes_b.generate(a.masters, a.scenarios, a.codes, a.hospitals, a.seed, sys.modules[__name__])
    else:
        rows, truth = generate(a.masters, a.scenarios, a.codes, a.hospitals, a.seed)
    if a.faults:
        import bench_codes_faults as faults
        drugs = [(r[2], r[4], r[9], r[31]) for r in read(f'{a.masters}/y/y_ALL20240531.csv.zst')]
        planted = faults.plant(rows, truth, drugs, a.faults, a.seed)
    for name, data, columns in (('items.csv', rows, COLUMNS), ('truth.csv', truth, ['hospital', 'local_code', 'kind', 'std_code'])):
        with open(folder / name, 'w', newline='', encoding='utf-8') as f:
            w = csv.DictWriter(f, columns, restval='')
            w.writeheader()
            w.writerows(data)
    start = time.time()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([a.sekisho, 'codes', 'suggest', '--input', folder / 'items.csv', '--masters', a.masters, '--output', folder / 'suggestions.csv',
                    '--findings', folder / 'findings.jsonl', '--json'],
                   stdout=open(folder / 'suggest.json', 'w'))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.time() - start
    result = json.loads(subprocess.run([a.sekisho, 'codes', 'evaluate', '--suggestions', folder / 'suggestions.csv', '--truth', folder / 'truth.csv',
                                        '--wrong', folder / 'wrong.csv', '--json'], capture_output=True, check=True).stdout)
    result['seconds'], result['cpu_seconds'] = seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    result['peak_mb'] = after.ru_maxrss / 1024
    if a.faults: result['wrong_codes'] = faults.score(folder / 'findings.jsonl', rows, planted)
    if a.json:
        json.dump(result, sys.stdout, ensure_ascii=False)
        return
    print(f"{len(rows)} local codes, {a.hospitals} hospitals, seed {a.seed}: {seconds:.1f} s wall, {result['cpu_seconds']:.1f} s CPU, {result['peak_mb']:.0f} MB")
    for kind, s in [('all', result)] + list(result['kinds'].items()):
        print(f"  {kind:<10} {s['items']:>6} first {s['first_right']:.4f} five {s['among_five']:.4f} same test {s['first_same_test']:.4f}/{s['among_five_same_test']:.4f}"
              f" confidence {s['mean_confidence']:.3f} calibration error {s['calibration_error']:.3f}")
    if a.faults: faults.show(result['wrong_codes'])


if __name__ == '__main__':
    main()
