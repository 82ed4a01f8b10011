/* Which charts there are of some runs: views as RunView makes them go in, what a page or a picture shows comes out. */
(function (sg) {
    'use strict';

    /** A chart of curves over the steps. */
    function curves(views, id, section, parts) {
        var values = sg.flat(parts.curves.map(function (c) { return sg.flat([c.series.mean, c.series.high || []]); }));
        var log = parts.log === undefined ? sg.wide(values) : parts.log;
        return {
            id: id, section: section, name: parts.name, half: parts.half, title: parts.title, how: parts.how + (log ? ' The scale is logarithmic.' : ''),
            panels: parts.curves.length ? [{
                key: '', label: '', height: parts.height || 260,
                option: sg.lines.chart(views, parts.curves, Object.assign({ log: log, name: parts.name }, parts.look))
            }] : [],
            table: function () { return table(parts.curves, parts.look && parts.look.unit); }
        };
    }

    /** Some rows of curves, for those who read rather than see. */
    function table(list, unit) {
        var longest = list.reduce(function (a, c) { return !a || c.series.x.length > a.length ? c.series.x : a; }, null) || [];
        var rows = sg.spread(longest.length, 25).map(function (place) {
            var x = longest[place];
            return [sg.whole(x)].concat(list.map(function (c) {
                var near = c.series.x.filter(function (value) { return value <= x; }).length - 1;
                return near < 0 ? '' : (unit || sg.number)(c.series.mean[near]);
            }));
        });
        return { head: ['step'].concat(list.map(function (c) { return c.name; })), rows: rows };
    }

    function mapTable(maps, views, unit) {
        var rows = [];
        var head = [];
        maps.forEach(function (map, i) {
            if (map) {
                var places = sg.spread(map.columns.length, 6);
                head = ['', 'start'].concat(places.slice(1, -1).map(function () { return ''; })).concat(places.length > 1 ? ['end'] : []);
                rows.push([views.length > 1 ? views[i].name : 'step'].concat(places.map(function (p) { return sg.whole(map.columns[p]); })));
                map.rows.forEach(function (row, y) {
                    rows.push([map.names[y]].concat(places.map(function (p) { return row[p] === null ? '' : unit(row[p]); })));
                });
            }
        });
        return { head: head, rows: rows };
    }

    /** A chart of heat maps, one per run. */
    function heat(views, id, section, parts) {
        var kept = parts.maps.map(function (m) { return m && m.columns.length && m.rows.length ? m : null; });
        var unit = parts.unit || sg.number;
        return {
            id: id, section: section, name: parts.name, title: parts.title, how: parts.how, family: parts.family, layer: parts.layer,
            panels: sg.heatmaps.panels(views, kept, parts.scale, {
                colours: parts.colours || sg.VIRIDIS, unit: unit, axis: parts.axis, row: parts.row, plain: parts.plain
            }),
            table: function () { return mapTable(kept, views, unit); }
        };
    }

    function quantity(grid, name) {
        return { columns: grid.columns, names: grid.rows, rows: grid[name] };
    }

    function lossTitle(views) {
        var view = views[0];
        if (views.length > 1) {
            var order = views.filter(function (v) { return v.progress.lastLoss !== null; })
                .sort(function (a, b) { return a.progress.lastLoss - b.progress.lastLoss; });
            return order.length ? order[0].name + ' ends with the lowest training loss, ' + sg.number(order[0].progress.lastLoss)
                : 'No run has a loss that is a number';
        }
        if (view.progress.lastLoss === null) {
            return 'The loss was never a number';
        }
        if (view.progress.lastFinite < view.progress.iteration) {
            return 'After step ' + sg.whole(view.progress.lastFinite) + ' the loss was not finite';
        }
        return 'The training loss went from ' + sg.exact(view.progress.firstLoss) + ' to ' + sg.exact(view.progress.lastLoss);
    }

    function learning(views, charts) {
        var all = sg.flat(views.map(function (v) {
            return v.steps.loss ? sg.flat([v.steps.loss.mean, v.steps.loss.low || [], v.steps.loss.high || [],
                v.validation.loss ? v.validation.loss.mean : []]) : [];
        }));
        if (!all.length) {
            return;
        }
        var log = sg.wide(all);
        var panel = sg.loss(views, log);
        var list = [];
        views.forEach(function (v) {
            ['steps', 'validation'].forEach(function (kind) {
                if (v[kind].loss) {
                    list.push({ name: (views.length > 1 ? v.name + ' ' : '') + (kind === 'steps' ? 'training' : 'validation'), series: v[kind].loss });
                }
            });
        });
        charts.push({
            id: 'loss', section: 'Learning', name: 'loss', title: lossTitle(views),
            how: 'Lower is better. Faint: every step; bold: smoothed; dashed: on data the network was not trained with; dotted: what guessing gives. '
                + 'Marks below show what happened when.' + (log ? ' The scale is logarithmic.' : ''),
            panels: [Object.assign({ key: '', label: '' }, panel)], table: function () { return table(list); }
        });
        metrics(views, charts);
    }

    function metrics(views, charts) {
        var names = [];
        views.forEach(function (v) {
            Object.keys(v.validation).forEach(function (name) {
                if (name !== 'loss' && names.indexOf(name) < 0) {
                    names.push(name);
                }
            });
        });
        names.forEach(function (metric, i) {
            var list = [];
            views.forEach(function (v, run) {
                if (v.validation[metric]) {
                    list.push({ name: views.length > 1 ? v.name : metric, series: v.validation[metric], run: run });
                }
            });
            var end = list.length === 1 ? sg.last(list[0].series.mean) : null;
            charts.push(curves(views, 'metric-' + (i + 1), 'Learning', {
                name: metric, half: true,
                title: end === null ? 'Validation: ' + metric : 'On validation data, ' + metric + ' ends at ' + sg.number(end),
                how: 'Measured on data the network was not trained with.', curves: list, height: 200
            }));
        });
    }

    function layerTitle(view) {
        var ends = view.layers.gradient.map(sg.last);
        var first = ends[0];
        var last = ends[ends.length - 1];
        if (ends.length < 2 || !first || !last) {
            return ends.length < 2 ? 'The gradient that reaches the network\u2019s one layer' : 'The gradient that reaches every layer';
        }
        var ratio = first / last;
        if (ratio < 0.01) {
            return 'The gradient fades on its way to the input: the first layer gets ' + sg.number(ratio) + ' of what the last one gets';
        }
        return ratio > 100
            ? 'The gradient grows on its way to the input: the first layer gets ' + sg.number(ratio) + ' times what the last one gets'
            : 'The gradient reaches all layers: the first one gets ' + sg.number(ratio) + ' times what the last one gets';
    }

    function gradients(views, charts) {
        var norms = sg.flat(views.map(function (v) {
            return v.steps.gradientNorm ? sg.flat([v.steps.gradientNorm.mean, v.steps.gradientNorm.high || []]) : [];
        }));
        if (sg.finite(norms).length) {
            var log = sg.wide(norms);
            var clipped = views.length === 1 && views[0].progress.clipped / Math.max(1, views[0].progress.iteration);
            charts.push({
                id: 'gradient-norm', section: 'Gradients', name: 'gradient norm',
                title: views.length > 1 ? 'How large the gradient is in each run'
                    : clipped > 0 ? 'The gradient was clipped at ' + sg.percent(clipped) + ' of the steps'
                        : 'The gradient was never clipped; its norm peaked at ' + sg.number(sg.most(norms)),
                how: 'Norm of the whole gradient before clipping: steady is good, sudden peaks are steps that could do harm.'
                    + (log ? ' The scale is logarithmic.' : ''),
                panels: [Object.assign({ key: '', label: '' }, sg.norm(views, log))],
                table: function () {
                    return table(views.filter(function (v) { return v.steps.gradientNorm; }).map(function (v) {
                        return { name: views.length > 1 ? v.name : 'gradient norm', series: v.steps.gradientNorm };
                    }));
                }
            });
        }
        charts.push(heat(views, 'layer-gradients', 'Gradients', {
            name: 'gradient by layer',
            title: views.length > 1 ? 'Gradient by layer, all runs on one scale' : layerTitle(views[0]),
            how: 'Each row is a layer, the input on top; bright is a large gradient, dark a small one. Rows of the same colour learn at the same pace.',
            maps: views.map(function (v) { return quantity(v.layers, 'gradient'); }), scale: sg.heatmaps.decades
        }));
        charts.push(heat(views, 'gates', 'Gradients', {
            name: 'gradient by gate', title: 'Gradient by gate' + (views.length > 1 ? ', all runs on one scale' : ''),
            how: 'Each row is one gate\u2019s part of a recurrent layer\u2019s weights; bright is a large gradient. '
                + 'A dark row is a gate that does not learn.',
            maps: views.map(function (v) { return quantity(v.gates, 'gradient'); }), scale: sg.heatmaps.decades
        }));
        updates(views, charts);
    }

    function updates(views, charts) {
        var panels = [];
        var bands = views.map(function (v) {
            var values = v.configuration.values;
            return [Number(values['health.updates.small'] || 1e-6), Number(values['health.updates.large'] || 0.1)];
        });
        views.forEach(function (v, run) {
            var names = v.parameters.rows.filter(function (name) { return !/_(b|beta|gamma|mean|var)$/.test(name); });
            if (!names.length || !v.parameters.columns.length) {
                return;
            }
            var list = names.map(function (name, i) {
                var row = v.parameters.rows.indexOf(name);
                var shade = names.length === 1 ? 0.35 : 0.08 + 0.8 * i / (names.length - 1);
                return {
                    name: name, thin: true, series: { x: v.parameters.columns, mean: v.parameters.update[row] },
                    colour: function (theme) { return between(sg.VIRIDIS, theme.dark ? 0.25 + 0.75 * shade : shade); }
                };
            });
            panels.push({
                label: views.length > 1 ? v.name : '', key: views.length > 1 ? '-' + (run + 1) : '', height: 300,
                option: sg.lines.chart([v], list, { log: true, legend: names.length <= 8 ? undefined : false, band: bands[run] }), list: list
            });
        });
        charts.push({
            id: 'updates', section: 'Gradients', name: 'update-to-weight ratios', title: updatesTitle(views, bands),
            how: 'Size of a step divided by the size of the weights it changes, one curve per weight matrix, dark near the input, bright near the output. '
                + 'The shaded band, ' + sg.number(bands[0][0]) + ' to ' + sg.number(bands[0][1]) + ', is healthy; around 0.001 is usual.',
            panels: panels, table: function () { return table(sg.flat(panels.map(function (p) { return p.list; }))); }
        });
    }

    function updatesTitle(views, bands) {
        if (views.length > 1) {
            return 'How much a step changes the weights, by run';
        }
        var rows = views[0].parameters.update.filter(function (ignored, i) { return !/_(b|beta|gamma|mean|var)$/.test(views[0].parameters.rows[i]); });
        var ends = rows.map(sg.last).filter(function (v) { return v !== null; });
        var out = ends.filter(function (v) { return v < bands[0][0] || v > bands[0][1]; }).length;
        return out === 0 ? 'At the end all ' + ends.length + ' weight matrices change at a healthy pace'
            : 'At the end ' + out + ' of ' + ends.length + ' weight matrices change too little or too much with a step';
    }

    /** A colour between those of a list. @param share from 0 to 1 */
    function between(colours, share) {
        var place = share * (colours.length - 1);
        var i = Math.min(colours.length - 2, Math.floor(place));
        var mixed = [1, 3, 5].map(function (c) {
            var from = parseInt(colours[i].slice(c, c + 2), 16);
            var to = parseInt(colours[i + 1].slice(c, c + 2), 16);
            return Math.round(from + (to - from) * (place - i));
        });
        return 'rgb(' + mixed.join(',') + ')';
    }

    /** All charts of some runs; those without panels have nothing to show and say why in their title. */
    function charts(views) {
        var list = [];
        learning(views, list);
        gradients(views, list);
        sg.throughTime(views, list, heat, curves);
        sg.activity(views, list, heat, curves, quantity);
        sg.histograms(views, list, heat);
        sg.pace(views, list, curves);
        return list.filter(function (c) { return c.panels.length > 0; });
    }

    Object.assign(sg, { charts: charts, between: between });
}(steadygrad));
