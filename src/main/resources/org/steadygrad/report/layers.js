/* Charts of layers: gradient through time and activations; and of the pace of training. */
(function (sg) {
    'use strict';

    /** One chart per recurrent layer and direction that any of the runs has. */
    function throughTime(views, charts, heat, curves) {
        var keys = [];
        views.forEach(function (v) {
            v.time.forEach(function (t) {
                if (!keys.some(function (k) { return k.layer === t.layer && k.direction === t.direction; })) {
                    keys.push({ layer: t.layer, direction: t.direction, length: t.length });
                }
            });
        });
        keys.forEach(function (key, i) {
            var of = views.map(function (v) {
                return v.time.filter(function (t) { return t.layer === key.layer && t.direction === key.direction; })[0];
            });
            var name = key.layer + (key.direction === 'backward' ? ', backward' : '');
            var end = of[0] && of[0].horizon.length ? of[0].horizon[of[0].horizon.length - 1] : null;
            charts.push(heat(views, 'time-' + (i + 1), 'Through time', {
                family: 'time', layer: key.layer, name: 'gradient through time, ' + name,
                title: views.length > 1 || end === null ? 'How far back the gradient reaches in ' + name
                    : 'In ' + name + ' the gradient reaches ' + sg.whole(end) + ' of ' + sg.whole(of[0].length) + ' time steps back',
                how: 'Each row is a time step, the ' + (key.direction === 'backward' ? 'last' : 'first')
                    + ' on top; the gradient starts at the bottom and goes up. What is dark cannot be learned from. Dashed: how far it reaches.',
                maps: of.map(function (t) { return t ? timeMap(t) : null; }), scale: sg.heatmaps.decades, axis: 'time step', row: 'time step '
            }));
        });
        horizons(views, charts, curves);
    }

    function timeMap(t) {
        var order = t.steps.map(function (ignored, i) { return i; });
        if (t.direction === 'backward') {
            order.reverse();
        }
        var steps = order.map(function (i) { return t.steps[i]; });
        return {
            columns: t.columns, names: steps.map(String), rows: order.map(function (i) { return t.norms[i]; }),
            line: steps.length < 3 ? null : t.columns.map(function (ignored, c) {
                var reached = t.direction === 'backward' ? t.horizon[c] - 1 : t.length - t.horizon[c];
                var row = 0;
                steps.forEach(function (s, r) {
                    if (Math.abs(s - reached) < Math.abs(steps[row] - reached)) {
                        row = r;
                    }
                });
                return [c, row];
            })
        };
    }

    function horizons(views, charts, curves) {
        var list = [];
        views.forEach(function (v, run) {
            v.time.forEach(function (t, i) {
                list.push({
                    name: (views.length > 1 ? v.name + ', ' : '') + t.layer + (t.direction === 'backward' ? ', backward' : ''),
                    series: { x: t.columns, mean: t.horizon }, run: views.length > 1 ? run : i
                });
            });
        });
        if (list.some(function (c) { return c.series.x.length > 1; })) {
            charts.push(curves(views, 'horizon', 'Through time', {
                name: 'memory horizon',
                title: 'Memory horizon: how many time steps back the gradient reaches',
                how: 'Higher is a longer memory; a task whose answer lies further back than this cannot be learned.', log: false,
                curves: list, height: 220, look: { min: 0 }
            }));
        }
    }

    function share(views, id, name, words, title, how, charts, heat, quantity) {
        var maps = views.map(function (v) { return quantity(v.layers, name); });
        var all = sg.finite(sg.flat(sg.flat(maps.map(function (m) { return m.rows; }))));
        if (sg.most(all) > 0) {
            charts.push(heat(views, id, 'Activations', {
                name: words, title: title(views), how: how, maps: maps, scale: sg.heatmaps.shares, colours: sg.CIVIDIS, unit: sg.percent
            }));
        }
    }

    function worst(name, words, none) {
        return function (views) {
            var layers = views[0].layers;
            var ends = layers[name].map(sg.last);
            var most = sg.most(ends);
            return views.length > 1 ? words + ' by layer, all runs on one scale'
                : most > 0 ? words + ': ' + sg.percent(most) + ' in ' + layers.rows[ends.indexOf(most)] + ', the worst layer at the end' : none;
        };
    }

    function activity(views, charts, heat, curves, quantity) {
        signal(views, charts);
        share(views, 'dead', 'dead', 'dead units', worst('dead', 'Dead units', 'No dead units are left at the end'),
            'Share of units that put out zero for every example of a batch; dark is none, bright is all.', charts, heat, quantity);
        share(views, 'saturated', 'saturated', 'saturated outputs', worst('saturated', 'Saturated outputs', 'No saturated outputs are left at the end'),
            'Share of outputs at the end of their activation function\u2019s range, where it is flat; '
            + 'dark is none, bright is all.', charts, heat, quantity);
        charts.push(heat(views, 'deviation', 'Activations', {
            name: 'spread of activations',
            title: 'Spread of the activations by layer' + (views.length > 1 ? ', all runs on one scale' : ''),
            how: 'Standard deviation of each layer\u2019s outputs, the input on top. '
                + 'A steady colour from top to bottom is good; dark rows carry no signal.',
            maps: views.map(function (v) { return quantity(v.layers, 'deviation'); }), scale: sg.heatmaps.decades
        }));
    }

    /** Mean and deviation by layer at the start and at the end. */
    function signal(views, charts) {
        var panels = [];
        views.forEach(function (v, run) {
            if (v.layers.columns.length && v.layers.rows.length) {
                panels.push({
                    label: views.length > 1 ? v.name : '', key: views.length > 1 ? '-' + (run + 1) : '', height: 280,
                    option: function (theme, width) { return signalOption(v.layers, theme, width); }
                });
            }
        });
        charts.push({
            id: 'signal', section: 'Activations', name: 'signal by layer', title: 'The signal on its way through the layers, at the start and at the end',
            how: 'Dots: mean of each layer\u2019s outputs; bars: one standard deviation to each side. '
                + 'Bars that shrink from left to right are a signal that fades.',
            panels: panels,
            table: function () {
                var rows = [];
                views.forEach(function (v) {
                    v.layers.rows.forEach(function (name, i) {
                        rows.push([(views.length > 1 ? v.name + ': ' : '') + name,
                            sg.number(sg.finite(v.layers.mean[i])[0]), sg.number(sg.finite(v.layers.deviation[i])[0]),
                            sg.number(sg.last(v.layers.mean[i])), sg.number(sg.last(v.layers.deviation[i]))]);
                    });
                });
                return { head: ['layer', 'mean, start', 'deviation, start', 'mean, end', 'deviation, end'], rows: rows };
            }
        });
    }

    function signalOption(layers, theme, width) {
        var series = [];
        [['start', theme.series[1], -5], ['end', theme.series[0], 5]].forEach(function (time, k) {
            var pick = k === 0 ? function (row) { var kept = sg.finite(row); return kept.length ? kept[0] : null; } : sg.last;
            var data = layers.rows.map(function (ignored, i) {
                return [i, pick(layers.mean[i]), pick(layers.deviation[i])];
            }).filter(function (d) { return d[1] !== null && d[2] !== null; });
            series.push({
                type: 'custom', name: time[0] + ' ', data: data, silent: true, encode: { x: 0, y: [1, 2] }, z: 2,
                renderItem: function (params, api) {
                    var x = api.value(0);
                    var mean = api.value(1);
                    var deviation = api.value(2);
                    var top = api.coord([x, mean + deviation]);
                    var bottom = api.coord([x, mean - deviation]);
                    return {
                        type: 'line', shape: { x1: top[0] + time[2], y1: top[1], x2: bottom[0] + time[2], y2: bottom[1] },
                        style: { stroke: time[1], lineWidth: 4, opacity: 0.45, lineCap: 'round' }
                    };
                }
            });
            series.push({
                type: 'scatter', name: time[0], symbolOffset: [time[2], 0], symbolSize: 7, itemStyle: { color: time[1] }, z: 3,
                data: data.map(function (d) { return { value: [d[0], d[1]], deviation: d[2] }; })
            });
        });
        var ends = sg.flat(series.filter(function (s) { return s.type === 'custom'; }).map(function (s) {
            return sg.flat(s.data.map(function (d) { return [d[1] - d[2], d[1] + d[2]]; }));
        }));
        var pad = Math.max(1e-12, 0.06 * (sg.most(ends) - sg.least(ends)));
        var every = Math.max(1, Math.ceil(layers.rows.length / Math.max(2, Math.floor(width / 80))));
        return sg.base(theme, {
            grid: { left: 64, right: 20, top: 34, bottom: 58, outerBoundsMode: 'none' },
            legend: Object.assign(sg.lines.legend(theme, ['start', 'end']), { icon: 'circle', itemWidth: 9, itemHeight: 9 }),
            tooltip: sg.tooltip(theme, {
                trigger: 'item',
                formatter: function (e) {
                    return '<b>' + sg.escape(layers.rows[e.value[0]]) + '</b>, ' + sg.escape(e.seriesName) + '<br>mean ' + sg.number(e.value[1])
                        + '<br>deviation ' + sg.number(e.data.deviation);
                }
            }),
            xAxis: {
                type: 'category', data: layers.rows, axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: theme.line } },
                axisLabel: Object.assign({ interval: every - 1, rotate: layers.rows.length > 4 ? 30 : 0, width: 74, overflow: 'truncate' }, sg.text(theme))
            },
            yAxis: sg.valueAxis(theme, {
                min: ends.length ? sg.least(ends) - pad : 0, max: ends.length ? sg.most(ends) + pad : 1,
                axisLabel: Object.assign({ formatter: sg.number, showMinLabel: false, showMaxLabel: false }, sg.text(theme))
            }),
            series: series
        });
    }

    function rateTitle(views, series) {
        if (views.length > 1) {
            return 'Learning rate';
        }
        var values = sg.finite(series.mean);
        var first = values[0];
        var last = values[values.length - 1];
        return sg.least(values) === sg.most(values) ? 'The learning rate was ' + sg.number(first) + ' throughout'
            : 'The learning rate went from ' + sg.number(first) + ' to ' + sg.number(last);
    }

    function pace(views, charts, curves) {
        var rates = [];
        var scales = [];
        var seconds = [];
        views.forEach(function (v, run) {
            if (v.steps.seconds) {
                var name = views.length > 1 ? v.name : '';
                if (v.steps.learningRate) {
                    rates.push({ name: name || 'learning rate', series: v.steps.learningRate, run: run });
                }
                scales.push({ name: name || 'factor', series: v.steps.learningRateScale, run: run });
                seconds.push({ name: name || 'milliseconds', series: milliseconds(v.steps.seconds), run: run, smooth: true });
            }
        });
        if (rates.length) {
            charts.push(curves(views, 'learning-rate', 'Pace', {
                name: 'learning rate', title: rateTitle(views, rates[0].series),
                how: 'What each update was made with: the schedule of the run file, times the guard\u2019s factor.', curves: rates, height: 200
            }));
        }
        var moved = scales.some(function (c) { return sg.finite(c.series.mean).some(function (x) { return x !== 1; }); });
        if (moved) {
            charts.push(curves(views, 'learning-rate-factor', 'Pace', {
                name: 'learning-rate factor',
                title: 'The guard has changed the learning rate', how: 'Factor on the learning rate of the run file; 1 leaves it as it is.',
                curves: scales, height: 200
            }));
        }
        var all = seconds.length ? sg.finite(seconds[0].series.mean).sort(function (a, b) { return a - b; }) : [];
        if (all.length) {
            charts.push(curves(views, 'seconds', 'Pace', {
                name: 'time per step',
                title: views.length > 1 ? 'Time per step' : 'The median step took ' + sg.number(all[Math.floor(all.length / 2)]) + ' ms',
                how: 'Milliseconds per step, waiting for data left out. The first steps warm up.', curves: seconds, height: 220
            }));
        }
    }

    function milliseconds(series) {
        var scaled = function (values) { return values && values.map(function (v) { return v === null ? null : 1000 * v; }); };
        return { x: series.x, mean: scaled(series.mean), low: scaled(series.low), high: scaled(series.high) };
    }

    Object.assign(sg, { throughTime: throughTime, activity: activity, pace: pace });
}(steadygrad));
