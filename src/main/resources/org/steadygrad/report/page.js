/*
 * The page. steadygrad.show(views) fills it, steadygrad.update(views) changes what is there, steadygrad.note(text) says something at
 * the top. Text from data becomes text nodes, never HTML.
 */
(function (sg) {
    'use strict';

    var MANY = 12;
    var plots = [];
    var shown = null;
    var kind = 'activation';
    var everything = false;
    var chosen = null;
    var watcher = null;
    var sizes = null;
    var printing = false;

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

    function dark() {
        var wanted = chosen || (window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
        return wanted === 'dark' && !printing;
    }

    function applyTheme() {
        document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
        document.getElementById('theme').textContent = dark() ? 'Light' : 'Dark';
        plots.forEach(function (plot) {
            if (plot.chart) {
                draw(plot);
            }
        });
    }

    function draw(plot) {
        if (!plot.chart) {
            plot.chart = echarts.init(plot.node, null, { renderer: 'canvas', devicePixelRatio: Math.max(2, window.devicePixelRatio || 1) });
        }
        plot.width = plot.node.clientWidth || 640;
        plot.chart.setOption(plot.panel.option(dark() ? sg.DARK : sg.LIGHT, plot.width), true);
    }

    function drawAll() {
        plots.forEach(function (plot) {
            if (plot.node.clientWidth > 0) {
                draw(plot);
                plot.chart.resize();
            }
        });
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
            el('p', { 'class': 'more-words' }, sg.words.summary(view)));
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
        return el('article', { 'class': 'card finding ' + group.severity },
            el('header', {}, el('span', { 'class': 'badge' }, group.label), el('h3', {}, group.title),
                el('span', { 'class': 'where' }, (layers.length > 1 ? layers.length + ' layers' : layers.length ? 'in ' + layers[0] : '')
                    + (layers.length ? ', ' : '') + sg.words.seen(first))),
            group.meaning ? el('p', {}, group.meaning) : null,
            el('p', { 'class': 'message' }, first.message),
            el('ul', { 'class': 'evidence', 'aria-label': 'Evidence' }, sg.words.evidence(first).map(function (e) {
                return el('li', {}, e[0] + ' ', el('b', {}, e[1]));
            })),
            group.members.length > 1 ? el('details', {}, el('summary', {}, 'The other ' + (group.members.length - 1)),
                el('ul', {}, group.members.slice(1).map(function (f) { return el('li', {}, (f.layer ? f.layer + ': ' : '') + f.message); }))) : null,
            cures(first.prescriptions),
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

    function figure(chart) {
        var several = chart.panels.length > 1;
        var details = el('details', {}, el('summary', {}, 'As a table'));
        details.addEventListener('toggle', function () {
            if (details.open && details.childNodes.length === 1) {
                details.appendChild(table(current(chart.id).table(), chart.title));
            }
        });
        var title = el('h3', {}, chart.title);
        var how = el('p', {}, chart.how);
        return el('figure', { id: chart.id, tabindex: '-1', 'class': chart.half ? 'half' : undefined }, el('figcaption', {}, title, how),
            el('div', { 'class': 'panels' + (several ? ' several' : '') }, chart.panels.map(function (panel) {
                var node = el('div', { 'class': 'plot', role: 'img', 'aria-label': chart.title + '. ' + (panel.label ? panel.label + '. ' : '') + chart.how,
                    style: 'height:' + panel.height + 'px' });
                plots.push({ node: node, panel: panel, chart: null, id: chart.id + panel.key, title: title, how: how });
                return el('div', { 'class': 'panel' }, panel.label ? el('h4', {}, panel.label) : null, node);
            })), details);
    }

    function current(id) {
        return shown.charts.filter(function (c) { return c.id === id; })[0];
    }

    var KINDS = [['activation', 'Outputs'], ['weight', 'Weights'], ['gradient', 'Gradients']];

    function histograms(charts) {
        var there = KINDS.filter(function (k) { return charts.some(function (c) { return c.kind === k[0]; }); });
        if (!there.some(function (k) { return k[0] === kind; })) {
            kind = there[0][0];
        }
        var box = el('div', { 'class': 'kinds', role: 'group', 'aria-label': 'Which values' });
        var area = el('div', {});
        there.forEach(function (k) {
            var button = el('button', { type: 'button', 'aria-pressed': String(k[0] === kind) }, k[1]);
            button.addEventListener('click', function () {
                kind = k[0];
                box.querySelectorAll('button').forEach(function (b) { b.setAttribute('aria-pressed', String(b === button)); });
                fill();
            });
            box.appendChild(button);
        });
        function fill() {
            forget(area);
            area.textContent = '';
            var of = charts.filter(function (c) { return c.kind === kind; });
            var some = everything ? of : of.slice(0, MANY);
            area.appendChild(el('div', { 'class': 'figures' + (some[0].panels.length > 1 ? '' : ' small') }, some.map(figure)));
            if (of.length > some.length) {
                var more = el('button', { type: 'button', 'class': 'more' }, 'Show all ' + of.length);
                more.addEventListener('click', function () { everything = true; fill(); });
                area.appendChild(more);
            }
            watch();
        }
        fill();
        return [el('p', { 'class': 'intro' }, 'Each picture is one tensor: values upwards, steps to the right, strong colour where most of the values are.'), box, area];
    }

    function forget(area) {
        plots = plots.filter(function (plot) {
            if (area.contains(plot.node)) {
                if (plot.chart) {
                    plot.chart.dispose();
                }
                return false;
            }
            return true;
        });
    }

    function sections(charts) {
        var names = [];
        charts.forEach(function (c) {
            if (names.indexOf(c.section) < 0) {
                names.push(c.section);
            }
        });
        return names.map(function (name) {
            var id = name.toLowerCase().replace(/ /g, '-');
            var of = charts.filter(function (c) { return c.section === name; });
            return { id: id, name: name, node: el('section', { 'aria-labelledby': id }, el('h2', { id: id }, name),
                of[0].small ? histograms(of) : el('div', { 'class': 'figures' + (thirds(of) ? ' thirds' : '') }, of.map(figure))) };
        });
    }

    function thirds(charts) {
        return charts.filter(function (c) { return c.half; }).length % 3 === 0;
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
                view.configuration.text ? el('details', views.length > 1 ? {} : { open: '' }, el('summary', {}, 'run.yaml'), el('pre', { tabindex: '0' }, view.configuration.text))
                    : el('p', {}, 'There is no run file: the run was started by a program.')));
        });
        return section;
    }

    function navigation(parts) {
        return el('nav', { 'aria-label': 'Sections' }, el('ul', {}, parts.map(function (p) { return el('li', {}, el('a', { href: '#' + p[0] }, p[1])); })));
    }

    /** Draws plots when they come near the screen, and again when their width changes. */
    function watch() {
        if (!watcher) {
            sizes = new ResizeObserver(function (entries) {
                entries.forEach(function (entry) {
                    var plot = plots.filter(function (p) { return p.node === entry.target; })[0];
                    if (plot && plot.chart && plot.width !== plot.node.clientWidth && plot.node.clientWidth > 0) {
                        plot.chart.resize();
                        draw(plot);
                    }
                });
            });
            watcher = new IntersectionObserver(function (entries) {
                entries.forEach(function (entry) {
                    var plot = plots.filter(function (p) { return p.node === entry.target; })[0];
                    if (entry.isIntersecting && plot && !plot.chart) {
                        draw(plot);
                    }
                });
            }, { rootMargin: '400px' });
        }
        plots.forEach(function (plot) {
            watcher.observe(plot.node);
            sizes.observe(plot.node);
        });
    }

    function follow() {
        var links = [].slice.call(document.querySelectorAll('nav a'));
        var place = function () {
            var here = links[0];
            links.forEach(function (link) {
                var heading = document.getElementById(link.getAttribute('href').slice(1));
                if (heading && heading.getBoundingClientRect().top < 140) {
                    here = link;
                }
            });
            links.forEach(function (link) {
                if (link === here) {
                    link.setAttribute('aria-current', 'true');
                } else {
                    link.removeAttribute('aria-current');
                }
            });
        };
        window.onscroll = place;
        place();
    }

    function head(views, charts) {
        var several = views.length > 1;
        return el('div', { id: 'head' }, several ? el('h1', { 'class': 'comparison' }, 'Comparison of ' + views.length + ' runs') : null,
            views.map(function (v) { return verdict(v, several); }),
            several ? el('div', { 'class': 'card' }, table(sg.words.results(views), 'What the runs came to')) : tiles(views[0]));
    }

    /** Fills the page. @param views one run or several, as RunView makes them */
    function show(views) {
        var charts = sg.charts(views);
        shown = { charts: charts, key: key(charts, views) };
        plots.forEach(function (plot) { if (plot.chart) { plot.chart.dispose(); } });
        plots = [];
        var main = document.getElementById('content');
        main.textContent = '';
        var parts = sections(charts);
        var names = [['findings', 'Findings']].concat(parts.map(function (p) { return [p.id, p.name]; })).concat([['configuration', 'Configuration']]);
        main.appendChild(head(views));
        main.appendChild(navigation(names));
        main.appendChild(el('div', { id: 'list' }, findings(views, charts)));
        parts.forEach(function (p) { main.appendChild(p.node); });
        main.appendChild(configuration(views));
        watch();
        follow();
        if (location.hash.length > 1 && document.getElementById(location.hash.slice(1))) {
            document.getElementById(location.hash.slice(1)).scrollIntoView();
        }
    }

    function key(charts, views) {
        return JSON.stringify([charts.map(function (c) { return [c.id, c.panels.map(function (p) { return p.key; })]; }), views.map(function (v) { return v.name; })]);
    }

    /** Shows the same runs as they are now; where the reader is on the page stays. */
    function update(views) {
        var charts = sg.charts(views);
        if (!shown || shown.key !== key(charts, views)) {
            var top = window.scrollY;
            show(views);
            window.scrollTo(0, top);
            return;
        }
        shown.charts = charts;
        document.getElementById('head').replaceWith(head(views));
        var list = el('div', { id: 'list' }, findings(views, charts));
        if (list.textContent !== document.getElementById('list').textContent) {
            document.getElementById('list').replaceWith(list);
        }
        charts.forEach(function (chart) {
            chart.panels.forEach(function (panel) {
                plots.filter(function (p) { return p.id === chart.id + panel.key; }).forEach(function (plot) {
                    plot.panel = panel;
                    plot.title.textContent = chart.title;
                    plot.how.textContent = chart.how;
                    if (plot.node.style.height !== panel.height + 'px') {
                        plot.node.style.height = panel.height + 'px';
                    }
                    if (plot.chart) {
                        plot.chart.resize();
                        draw(plot);
                    }
                });
            });
        });
    }

    function note(text) {
        document.getElementById('note').textContent = text;
    }

    function start() {
        try {
            chosen = localStorage.getItem('steadygrad-theme');
        } catch (ignored) {
            chosen = null;
        }
        document.getElementById('theme').addEventListener('click', function () {
            chosen = dark() ? 'light' : 'dark';
            try {
                localStorage.setItem('steadygrad-theme', chosen);
            } catch (ignored) {
                // a browser that keeps nothing forgets the choice
            }
            applyTheme();
        });
        window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
        window.addEventListener('beforeprint', function () { printing = true; applyTheme(); drawAll(); });
        window.addEventListener('afterprint', function () { printing = false; applyTheme(); drawAll(); });
        applyTheme();
    }

    start();
    Object.assign(sg, { show: show, update: update, note: note, drawAll: drawAll });
}(steadygrad));
