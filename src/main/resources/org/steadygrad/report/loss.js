/* The loss with what happened to the run below it, and the gradient's norm with the share of clipped steps. */
(function (sg) {
    'use strict';

    var LANE = 18;

    // what names don't say by themselves, and which colour it has
    var WORDS = { cure_taken_back: 'cure undone' };
    var TONES = { checkpoint: 'faint', cured: 'good' };

    function words(kind) {
        return WORDS[kind] || kind.replace(/_/g, ' ');
    }

    /** Buckets where something was so at some steps; the mark is as strong as their share. */
    function shares(series) {
        var marks = [];
        series.x.forEach(function (x, i) {
            if (series.mean[i] > 0) {
                marks.push({ x: x, strength: 0.3 + 0.7 * series.mean[i], text: sg.percent(series.mean[i]) + ' of the steps here' });
            }
        });
        return marks;
    }

    /** What happened, by kind: [{kind, symbol, size, marks}]. */
    function happenings(view) {
        var lanes = [];
        if (!view.steps.loss) {
            return lanes;
        }
        lanes.push({ kind: 'clipped', symbol: 'rect', size: [3, 10], tone: 'clip', marks: shares(view.steps.clipped) });
        lanes.push({ kind: 'skipped', symbol: 'rect', size: [3, 10], tone: 'error', marks: shares(view.steps.skipped) });
        Object.keys(view.events).forEach(function (kind) {
            if (kind !== 'skipped' && kind !== 'stopped') {
                var plain = kind === 'checkpoint';
                lanes.push({
                    kind: words(kind), symbol: plain ? 'circle' : 'diamond', size: plain ? 5 : 10, tone: TONES[kind] || 'warning',
                    marks: view.events[kind].marks.map(function (m) { return { x: m.x, strength: 1, text: m.text }; })
                });
            }
        });
        lanes.push({
            kind: 'finding', symbol: 'triangle', size: 9, tone: 'error',
            marks: view.findings.map(function (f) {
                var end = f.endIteration ? ' Not seen from step ' + sg.whole(f.endIteration) + ' on.' : '';
                return { x: Math.max(1, f.firstIteration), strength: f.severity === 'ERROR' ? 1 : 0.55, text: f.id + ': ' + f.message + end };
            })
        });
        return lanes.filter(function (lane) { return lane.marks.length > 0; });
    }

    function marked(lane, run, theme, several) {
        var colour = several ? theme.series[run % theme.series.length] : theme[lane.tone] || theme.series[4];
        return {
            type: 'scatter', name: lane.kind, xAxisIndex: 1, yAxisIndex: 1, symbol: lane.symbol, symbolSize: lane.size,
            symbolOffset: several ? [0, (run % 3 - 1) * 4] : [0, 0], clip: false,
            data: lane.marks.map(function (m) {
                return { value: [m.x, lane.kind], words: m.text, itemStyle: { color: colour, opacity: m.strength } };
            }),
            tooltip: {
                trigger: 'item',
                formatter: function (e) {
                    var text = e.data.words.length > 160 ? e.data.words.slice(0, 160) + '...' : e.data.words;
                    return '<b>' + sg.escape(lane.kind) + ', step ' + sg.whole(e.value[0]) + '</b><br><span style="white-space:normal">'
                        + sg.escape(text) + '</span>';
                }
            }
        };
    }

    function curves(views, theme, log) {
        var several = views.length > 1;
        var list = [];
        var names = [];
        views.forEach(function (view, run) {
            var colour = theme.series[run % theme.series.length];
            if (!view.steps.loss) {
                return;
            }
            var name = several ? view.name : 'training';
            list = list.concat(sg.lines.measured(name, view.steps.loss, colour, log));
            names.push(name);
            if (!several && view.progress.lastFinite < view.progress.iteration) {
                list.push({
                    type: 'line', name: 'lost', data: [], silent: true,
                    markArea: {
                        silent: true, itemStyle: { color: theme.error, opacity: 0.08 },
                        label: { position: 'inside', color: theme.error, fontSize: 12, fontFamily: sg.FONT },
                        data: [[{ name: 'not finite', xAxis: view.progress.lastFinite }, { xAxis: view.progress.iteration }]]
                    }
                });
            }
            if (view.validation.loss) {
                var other = several ? colour : theme.series[1];
                var title = several ? view.name + ', validation' : 'validation';
                list.push(sg.lines.curve(title, sg.lines.points(view.validation.loss, view.validation.loss.mean, log), other, {
                    lineStyle: { width: 2, color: other, type: [6, 4] }, showSymbol: true, symbolSize: 6, symbol: 'circle', z: 4
                }));
                names.push(title);
            }
        });
        return { list: list, names: names };
    }

    /** What the best guess gives, where it has the same scale as the curves: {name, value}; null where nothing is known. */
    function guess(view) {
        var best = view.baselines[0];
        if (!best) {
            return null;
        }
        var value = typeof best.validation.loss === 'number' ? best.validation.loss : best.trainingLoss;
        return typeof value === 'number' ? { name: best.name, value: value } : null;
    }

    /** A line for each guess, and one for runs that have it in common. */
    function guesses(views, theme, log) {
        var lines = [];
        views.forEach(function (view, run) {
            var found = guess(view);
            var known = found && lines.filter(function (l) { return l.name === found.name && l.value === found.value; })[0];
            if (known) {
                known.runs.push(view);
            } else if (found && !(log && found.value <= 0)) {
                lines.push({ name: found.name, value: found.value, run: run, runs: [view] });
            }
        });
        var end = Math.max.apply(null, views.map(function (v) { return Math.max(v.progress.iteration, 1); }));
        return lines.map(function (line) {
            var common = line.runs.length === views.length;
            var colour = common ? theme.faint : theme.series[line.run % theme.series.length];
            var name = common ? line.name : line.name + ' (' + line.runs.map(function (v) { return v.name; }).join(', ') + ')';
            return sg.lines.curve(name, [[0, line.value], [end, line.value]], colour, {
                lineStyle: { width: 1.6, color: colour, type: [2, 4] }, z: 2
            });
        });
    }

    /** The loss, and what happened in lanes below. */
    function loss(views, log) {
        var lanes = views.map(happenings);
        var kinds = [];
        sg.flat(lanes).forEach(function (lane) {
            if (kinds.indexOf(lane.kind) < 0) {
                kinds.push(lane.kind);
            }
        });
        return {
            height: 330 + LANE * kinds.length,
            option: function (theme, width) {
                var drawn = curves(views, theme, log);
                var list = drawn.list;
                guesses(views, theme, log).forEach(function (line) {
                    list.push(line);
                    drawn.names.push(line.name);
                });
                lanes.forEach(function (ofRun, run) {
                    ofRun.forEach(function (lane) { list.push(marked(lane, run, theme, views.length > 1)); });
                });
                var room = 26 + LANE * kinds.length + (kinds.length ? 10 : 0);
                return sg.base(theme, {
                    grid: [
                        { left: sg.lines.LEFT, right: 38, top: sg.lines.above(drawn.names, width, 38), bottom: room, outerBoundsMode: 'none' },
                        { left: sg.lines.LEFT, right: 38, height: LANE * kinds.length, bottom: 26, outerBoundsMode: 'none' }
                    ],
                    legend: sg.lines.legend(theme, drawn.names),
                    tooltip: sg.tooltip(theme, { trigger: 'axis', formatter: sg.lines.pointed(), axisPointer: { lineStyle: { color: theme.faint } } }),
                    xAxis: [
                        sg.lines.horizontal(views, theme, kinds.length ? { axisLabel: { show: false }, name: '' } : {}),
                        sg.lines.horizontal(views, theme, { gridIndex: 1, show: kinds.length > 0, axisPointer: { show: false } })
                    ],
                    yAxis: [
                        sg.valueAxis(theme, Object.assign(sg.lines.axisName('loss'), { type: log ? 'log' : 'value', scale: true })),
                        {
                            type: 'category', gridIndex: 1, data: kinds, inverse: true, axisLine: { show: false }, axisTick: { show: false },
                            axisLabel: sg.text(theme), splitLine: { show: false }, axisPointer: { show: false }
                        }
                    ],
                    series: list
                });
            }
        };
    }

    /** The gradient's norm, and below it the share of clipped steps. */
    function norm(views, log) {
        var clipped = views.some(function (v) { return v.progress.clipped > 0; });
        return {
            height: clipped ? 370 : 300,
            option: function (theme, width) {
                var several = views.length > 1;
                var list = [];
                var names = [];
                views.forEach(function (view, run) {
                    var colour = theme.series[run % theme.series.length];
                    if (!view.steps.gradientNorm) {
                        return;
                    }
                    var name = several ? view.name : 'gradient norm';
                    names.push(name);
                    list = list.concat(sg.lines.measured(name, view.steps.gradientNorm, colour, log));
                    if (clipped) {
                        var shade = several ? colour : theme.clip;
                        list.push(sg.lines.curve(several ? name + ', clipped' : 'clipped',
                            sg.lines.points(view.steps.clipped, sg.lines.smooth(view.steps.clipped.mean)).map(function (p) {
                                return [p[0], p[1] === null ? null : 100 * p[1]];
                            }), shade,
                            {
                                xAxisIndex: 1, yAxisIndex: 1, lineStyle: { width: 1.5, color: shade },
                                areaStyle: { color: shade, opacity: several ? 0.08 : 0.2 }
                            }));
                    }
                });
                var grids = [{ left: sg.lines.LEFT, right: 38, top: sg.lines.above(several ? names : [], width, 14), bottom: clipped ? 106 : 26, outerBoundsMode: 'none' }];
                var xs = [sg.lines.horizontal(views, theme, clipped ? { axisLabel: { show: false }, name: '' } : {})];
                var ys = [sg.valueAxis(theme, Object.assign(sg.lines.axisName('gradient norm'), { type: log ? 'log' : 'value', scale: true }))];
                if (clipped) {
                    grids.push({ left: sg.lines.LEFT, right: 38, height: 56, bottom: 26, outerBoundsMode: 'none' });
                    xs.push(sg.lines.horizontal(views, theme, { gridIndex: 1 }));
                    ys.push(sg.valueAxis(theme, {
                        gridIndex: 1, min: 0, max: 100, interval: 50, axisLabel: Object.assign({ formatter: '{value} %' }, sg.text(theme)),
                        name: 'clipped', nameLocation: 'middle', nameGap: 50
                    }));
                }
                return sg.base(theme, {
                    grid: grids, legend: sg.lines.legend(theme, several ? names : []), xAxis: xs, yAxis: ys, series: list,
                    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: theme.faint } },
                    tooltip: sg.tooltip(theme, { trigger: 'axis', formatter: sg.lines.pointed() })
                });
            }
        };
    }

    Object.assign(sg, { eventWords: words, loss: loss, norm: norm, happenings: happenings });
}(steadygrad));
