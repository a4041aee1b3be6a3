"""Wrong standard codes planted among right ones (bench_codes.py --faults): how many `codes suggest --findings` names, by
kind of fault, and how many right codes it accuses."""
import collections, csv, json, random

# fault -> rules that name it
FAULTS = {
    'receipt code labelled HOT': {'CODE_SYSTEM_MISLABELLED'},
    'price code labelled receipt code': {'CODE_SYSTEM_MISLABELLED'},
    'test code cut to 15 or 16': {'CODE_SHAPE'},
    'test code of another specimen': {'CODE_SPECIMEN_MISMATCH'},
    'unit of another test': {'CODE_UNIT_MISMATCH'},
    'values of another unit': {'CODE_VALUES_IMPLAUSIBLE'},
    'code of another drug': {'CODE_NAME_DISAGREES', 'CODE_FORM_MISMATCH', 'CODE_UNIT_MISMATCH'},
    'other strength of the drug': {'CODE_FORM_MISMATCH', 'CODE_NAME_DISAGREES'},
    'code of another disease': {'CODE_NAME_DISAGREES'},
    'code of another act': {'CODE_NAME_DISAGREES'},
    'code of another test': {'CODE_NAME_DISAGREES', 'CODE_UNIT_MISMATCH', 'CODE_VALUES_IMPLAUSIBLE', 'CODE_SPECIMEN_MISMATCH'},
    'code that does not exist': {'CODE_UNKNOWN'},
}


def plant(rows, truth, drugs, share, seed):
    """Gives every row its standard code, a share of them a wrong one; returns fault by (hospital, local code)."""
    rng = random.Random(seed)
    by_kind = collections.defaultdict(list)
    for t in truth:
        if t['std_code']: by_kind[t['kind']].append(t['std_code'])
    price = {code: price12 for code, _, _, price12 in drugs if price12}
    known = {code for code, *_ in drugs}
    family = collections.defaultdict(list)  # same ingredient and form letter, another strength
    for code, name, _, price12 in drugs:
        if price12: family[price12[:8]].append((code, price12[8]))
    planted = {}
    for row, t in zip(rows, truth):
        code, kind = t['std_code'], t['kind']
        if not code: continue
        row['std_system'], row['std_code'] = ('JC10' if kind == 'lab' else 'REC'), code
        if rng.random() >= share: continue
        others = [f for f in FAULTS if fits(f, row, code, kind, price)]
        if not others: continue
        fault = rng.choice(others)
        if fault == 'receipt code labelled HOT': row['std_system'] = 'HOT9'
        elif fault == 'price code labelled receipt code': row['std_code'] = price[code]
        elif fault == 'test code cut to 15 or 16': row['std_code'] = code[:rng.choice((15, 16))]
        elif fault == 'test code of another specimen':
            row['std_code'] = code[:9] + ('001' if code[9:12] != '001' else '023') + code[12:]
        elif fault == 'unit of another test': row['unit'] = 'fL' if row['unit'] != 'fL' else 'mg/dL'
        elif fault == 'values of another unit':
            factor = rng.choice((0.01, 100))
            for c in ('value_p05', 'value_p50', 'value_p95', 'value_mean', 'value_sd'):
                if row.get(c): row[c] = round(float(row[c]) * factor, 5)
        elif fault == 'other strength of the drug':
            mine = price.get(code, '')
            near = [c for c, s in family[mine[:8]] if mine and s != mine[8]]
            if not near: continue
            row['std_code'] = rng.choice(near)
        elif fault == 'code that does not exist':
            wrong = code[:4] + '99' + code[6:]
            if wrong in known: continue
            row['std_code'] = wrong
        else:
            other = rng.choice(by_kind[kind])
            if other == code or (kind == 'lab' and other[:5] == code[:5]): continue
            row['std_code'] = other
        planted[(row['hospital'], row['local_code'])] = fault
    return planted


def fits(fault, row, code, kind, price):
    lab = kind == 'lab'
    return {'receipt code labelled HOT': kind == 'drug', 'price code labelled receipt code': code in price, 'test code cut to 15 or 16': lab,
            'test code of another specimen': lab and bool(row.get('specimen')), 'unit of another test': lab and bool(row.get('unit')),
            'values of another unit': lab and bool(row.get('unit')) and bool(row.get('value_p50') or row.get('value_mean')),
            'code of another drug': kind == 'drug', 'other strength of the drug': code in price, 'code of another disease': kind == 'disease',
            'code of another act': kind == 'procedure', 'code of another test': lab, 'code that does not exist': kind == 'drug'}[fault]


def score(path, rows, planted):
    found = collections.defaultdict(set)
    with open(path, encoding='utf-8') as f:
        for line in f:
            r = json.loads(line)
            found[(r['hospital'], r['local_code'])].add(r['rule'])
    out = {'faults': {}, 'right_codes': 0, 'false_alarms': 0, 'false_by_rule': collections.Counter()}
    for row in rows:
        if not row.get('std_code'): continue
        key = (row['hospital'], row['local_code'])
        if key in planted:
            s = out['faults'].setdefault(planted[key], {'planted': 0, 'found': 0, 'named': 0})
            s['planted'] += 1
            s['found'] += bool(found[key])
            s['named'] += bool(found[key] & FAULTS[planted[key]])
        else:
            out['right_codes'] += 1
            out['false_alarms'] += bool(found[key])
            out['false_by_rule'].update(found[key])
    return out


def show(result):
    for fault in FAULTS:
        s = result['faults'].get(fault)
        if s: print(f"  {fault:<34} planted {s['planted']:>5}  found {s['found'] / s['planted']:7.1%}  with its own rule {s['named'] / s['planted']:7.1%}")
    print(f"  right codes accused: {result['false_alarms']} of {result['right_codes']} ({result['false_alarms'] / max(1, result['right_codes']):.2%}) {dict(result['false_by_rule'])}")
