/* The charts on the page: drawn when they come near the screen, and again when their width, the theme or the data change. */
(function (sg) {
    'use strict';

    // pixels from the screen's edge within which charts are kept up to date
    var NEAR = 400;
    // histograms that are shown before the others are asked for
    var MANY = 12;
    var KINDS = [['activation', 'Outputs'], ['weight', 'Weights'], ['gradient', 'Gradients']];
    var el = sg.parts.el;
    var plots = [];
    var charts = [];
    var kind = 'activation';
    var everything = false;
    var watcher = null;
    var sizes = null;

    function draw(plot) {
        if (!plot.chart) {
            plot.chart = echarts.init(plot.node, null, { renderer: 'canvas', devicePixelRatio: Math.max(2, window.devicePixelRatio || 1) });
        }
        plot.stale = false;
        plot.width = plot.node.clientWidth || 640;
        plot.chart.setOption(plot.panel.option(document.documentElement.dataset.theme === 'dark' ? sg.DARK : sg.LIGHT, plot.width), true);
    }

    function drawAll() {
        plots.forEach(function (plot) {
            if (plot.node.clientWidth > 0) {
                draw(plot);
                plot.chart.resize();
            }
        });
    }

    function figure(chart) {
        var several = chart.panels.length > 1;
        var details = el('details', {}, el('summary', {}, 'As a table'));
        details.addEventListener('toggle', function () {
            if (details.open && details.childNodes.length === 1) {
                var now = charts.filter(function (c) { return c.id === chart.id; })[0];
                details.appendChild(sg.parts.table(now.table(), now.title));
            }
        });
        var title = el('h3', {}, chart.title);
        var how = el('p', {}, chart.how);
        return el('figure', { id: chart.id, tabindex: '-1', 'class': chart.half ? 'half' : undefined }, el('figcaption', {}, title, how),
            el('div', { 'class': 'panels' + (several ? ' several' : '') }, chart.panels.map(function (panel) {
                var node = el('div', { 'class': 'plot', role: 'img', 'aria-label': label(chart, panel),
                    style: 'height:' + panel.height + 'px' });
                plots.push({ node: node, panel: panel, chart: null, id: chart.id + panel.key, title: title, how: how });
                return el('div', { 'class': 'panel' }, panel.label ? el('h4', {}, panel.label) : null, node);
            })), details);
    }

    function histograms(list) {
        var there = KINDS.filter(function (k) { return list.some(function (c) { return c.kind === k[0]; }); });
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
            var of = list.filter(function (c) { return c.kind === kind; });
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
                    if (entry.isIntersecting && plot && (!plot.chart || plot.stale)) {
                        draw(plot);
                    }
                });
            }, { rootMargin: NEAR + 'px' });
        }
        plots.forEach(function (plot) {
            watcher.observe(plot.node);
            sizes.observe(plot.node);
        });
    }

    /** Draws again what was drawn. */
    function redraw() {
        plots.forEach(function (plot) {
            if (plot.chart) {
                draw(plot);
            }
        });
    }

    /** Forgets all plots; others will be made. @param list the charts of which they are made */
    function reset(list) {
        plots.forEach(function (plot) {
            if (plot.chart) {
                plot.chart.dispose();
            }
        });
        plots = [];
        charts = list;
    }

    /** Shows the same charts with other data. */
    function change(list) {
        charts = list;
        list.forEach(function (chart) {
            chart.panels.forEach(function (panel) {
                plots.filter(function (p) { return p.id === chart.id + panel.key; }).forEach(function (plot) {
                    plot.panel = panel;
                    plot.title.textContent = chart.title;
                    plot.how.textContent = chart.how;
                    plot.node.setAttribute('aria-label', label(chart, panel));
                    plot.node.style.height = panel.height + 'px';
                    plot.stale = true;
                    if (plot.chart && near(plot.node)) {
                        plot.chart.resize();
                        draw(plot);
                    }
                });
            });
        });
    }

    function near(node) {
        var box = node.getBoundingClientRect();
        return box.bottom > -NEAR && box.top < window.innerHeight + NEAR;
    }

    function label(chart, panel) {
        return chart.title + '. ' + (panel.label ? panel.label + '. ' : '') + chart.how;
    }

    Object.assign(sg, { figures: { figure: figure, histograms: histograms, watch: watch, redraw: redraw, drawAll: drawAll, change: change, reset: reset } });
}(steadygrad));
