/* What the page says in words: verdict, numbers, findings with their cures, configuration. Text from data becomes text nodes, never HTML. */
(function (sg) {
    'use strict';

    function el(tag, attributes) {
        var node = document.createElement(tag);
        Object.keys(attributes || {}).forEach(function (name) {
            if (attributes[name] !== undefined) {
                node.setAttribute(name, attributes[name]);
            }
        });
        for (var i = 2; i < arguments.length; i++) {
            [].concat(arguments[i]).forEach(function (child) {
                if (child !== null && child !== undefined && child !== '') {
                    node.appendChild(typeof child === 'object' ? child : document.createTextNode(String(child)));
                }
            });
        }
        return node;
    }

    function table(content, caption) {
        return el('div', { 'class': 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, el('table', {}, el('caption', {}, caption),
            el('thead', {}, el('tr', {}, content.head.map(function (h) { return el('th', { scope: 'col' }, h); }))),
            el('tbody', {}, content.rows.map(function (row) {
                return el('tr', {}, row.map(function (value, i) { return el(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, value); }));
            }))));
    }

    function verdict(view, several) {
        var tone = view.verdict.tone;
        return el('section', { 'class': 'verdict ' + tone + (several ? ' short' : ''), 'aria-label': 'What happened in ' + view.name },
            el(several ? 'h2' : 'h1', { style: several ? 'font-size:15px;margin:0 0 6px' : undefined }, view.name,
                el('span', { 'class': 'state' }, sg.words.STATES[view.state] || view.state)),
            el('p', { 'class': 'sentence' }, view.verdict.title),
            el('p', { 'class': 'more-words' }, sg.words.summary(view)),
            view.state === 'running' && view.progress.planned > 0
                ? el('progress', { max: view.progress.planned, value: view.progress.iteration, 'aria-label': 'Steps that are done' }) : null);
    }

    function tiles(view) {
        return el('dl', { 'class': 'tiles' }, sg.words.numbers(view).map(function (entry) {
            return el('div', {}, el('dt', {}, entry[0]), el('dd', {}, entry[1], entry[2] ? el('small', {}, entry[2]) : null));
        }));
    }

    function copier(text) {
        var button = el('button', { type: 'button', 'class': 'copy', 'aria-label': 'Copy ' + text }, 'Copy');
        button.addEventListener('click', function () {
            var done = function () { button.textContent = 'Copied'; };
            var area = el('textarea', { 'aria-hidden': 'true', style: 'position:fixed;opacity:0' });
            area.value = text;
            document.body.appendChild(area);
            area.select();
            if (document.execCommand('copy')) {
                done();
            } else if (navigator.clipboard) {
                navigator.clipboard.writeText(text).then(done, function () { button.textContent = 'Select and copy'; });
            }
            area.remove();
            button.focus();
        });
        return button;
    }

    function prescription(p) {
        var text = p.changes.map(sg.findings.assignment).join(' ');
        return el('li', {}, el('p', {}, el('b', {}, p.title), p.reason ? '. ' + p.reason : '',
            p.source ? el('span', { 'class': 'source' }, ' ' + p.source) : null),
        text ? el('div', { 'class': 'change' }, el('code', {}, text), copier(text)) : null);
    }

    function cures(prescriptions) {
        if (!prescriptions.length) {
            return null;
        }
        var rest = prescriptions.slice(3);
        return el('div', { 'class': 'cures' }, el('h4', {}, 'What to try'), el('ol', {}, prescriptions.slice(0, 3).map(prescription)),
            rest.length ? el('details', {}, el('summary', {}, rest.length + ' more'), el('ol', { start: '4' }, rest.map(prescription))) : null);
    }

    function finding(group, charts) {
        var first = group.members[0];
        var layers = group.members.map(function (f) { return f.layer; }).filter(function (name) { return name; });
        var target = charts.filter(function (c) { return c.id === sg.findings.chartOf(group, charts); })[0];
        return el('article', { 'class': 'card finding ' + (group.ended ? 'ENDED' : group.severity) },
            el('header', {}, el('span', { 'class': 'badge' }, group.ended ? 'Ended' : group.label), el('h3', {}, group.title),
                el('span', { 'class': 'where' }, (layers.length > 1 ? layers.length + ' layers' : layers.length ? 'in ' + layers[0] : '')
                    + (layers.length ? ', ' : '') + sg.words.seen(first))),
            group.meaning ? el('p', {}, group.meaning) : null,
            el('p', { 'class': 'message' }, first.message),
            el('ul', { 'class': 'evidence', 'aria-label': 'Evidence' }, sg.words.evidence(first).map(function (e) {
                return el('li', {}, e[0] + ' ', el('b', {}, e[1]));
            })),
            group.members.length > 1 ? el('details', {}, el('summary', {}, 'The other ' + (group.members.length - 1)),
                el('ul', {}, group.members.slice(1).map(function (f) { return el('li', {}, (f.layer ? f.layer + ': ' : '') + f.message); }))) : null,
            group.ended ? null : cures(first.prescriptions),
            target ? el('a', { 'class': 'to-chart', href: '#' + target.id }, 'See the chart: ' + target.name) : null);
    }

    function findings(views, charts) {
        var section = el('section', { 'aria-labelledby': 'findings' }, el('h2', { id: 'findings' }, 'Findings'));
        views.forEach(function (view) {
            var groups = sg.findings.grouped(view.findings);
            if (views.length > 1) {
                section.appendChild(el('h3', { style: 'margin:22px 0 10px' }, view.name));
            }
            section.appendChild(groups.length ? el('div', { 'class': 'list' }, groups.map(function (g) { return finding(g, charts); }))
                : el('p', { 'class': 'card' }, 'None. Gradients, activations and updates stayed within what is healthy.'));
            var done = sg.words.interventions(view);
            if (done.length) {
                section.appendChild(el('div', { 'class': 'card', style: 'margin-top:14px' },
                    table({ head: ['step', 'what', 'why'], rows: done }, 'What the guard did on the way')));
            }
        });
        return section;
    }

    function configuration(views) {
        var section = el('section', { 'aria-labelledby': 'configuration' }, el('h2', { id: 'configuration' }, 'Configuration'));
        if (views.length > 1) {
            var changed = sg.words.differences(views);
            section.appendChild(el('div', { 'class': 'card' }, changed.rows.length ? table(changed, 'Where the run files differ')
                : 'The run files say the same.'));
        }
        views.forEach(function (view) {
            var e = view.environment;
            section.appendChild(el('div', { 'class': 'card', style: 'margin-top:14px' }, el('h3', {}, view.name),
                el('p', { 'class': 'message' }, [e.engine && 'engine ' + e.engine, e.device, e.precision, e.seed !== '' && 'seed ' + e.seed,
                    e.parameters ? sg.whole(e.parameters) + ' parameters' : ''].filter(Boolean).join(', ')),
                view.configuration.text ? el('details', views.length > 1 ? {} : { open: '' }, el('summary', {}, 'run.yaml'),
                    el('pre', { tabindex: '0' }, view.configuration.text))
                    : el('p', {}, 'There is no run file: the run was started by a program.')));
        });
        return section;
    }

    function navigation(parts) {
        return el('nav', { 'aria-label': 'Sections' }, el('ul', {}, parts.map(function (p) { return el('li', {}, el('a', { href: '#' + p[0] }, p[1])); })));
    }

    function head(views, charts) {
        var several = views.length > 1;
        return el('div', { id: 'head' }, several ? el('h1', { 'class': 'comparison' }, 'Comparison of ' + views.length + ' runs') : null,
            views.map(function (v) { return verdict(v, several); }),
            several ? el('div', { 'class': 'card' }, table(sg.words.results(views), 'What the runs came to')) : tiles(views[0]));
    }

    Object.assign(sg, { parts: { el: el, table: table, findings: findings, configuration: configuration, navigation: navigation, head: head } });
}(steadygrad));
