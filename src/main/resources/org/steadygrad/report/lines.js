/* Charts of quantities over the steps. */
(function (sg) {
    'use strict';

    var LEFT = 84;

    /** Points of a curve; on a logarithmic axis what isn't positive is a gap. */
    function points(series, values, log) {
        return series.x.map(function (x, i) {
            var value = values[i];
            return [x, value === null || (log && value <= 0) ? null : value];
        });
    }

    /** Every bucket's range as a vertical stroke, so that no extreme is lost. */
    function ranges(series, log) {
        var all = [];
        series.x.forEach(function (x, i) {
            var low = series.low[i];
            var high = series.high[i];
            if (high === null || (log && high <= 0)) {
                all.push([x, null]);
            } else {
                all.push([x, log && low <= 0 ? high : low]);
                all.push([x, high]);
            }
        });
        return all;
    }

    /** Weighted mean of the neighbours, a fiftieth of the curve to each side. */
    function smooth(values) {
        var reach = Math.max(1, Math.round(values.length / 50));
        return values.map(function (ignored, i) {
            var sum = 0;
            var weights = 0;
            for (var k = -2 * reach; k <= 2 * reach; k++) {
                var value = values[i + k];
                if (value !== null && value !== undefined) {
                    var weight = Math.exp(-0.5 * k * k / (reach * reach));
                    sum += weight * value;
                    weights += weight;
                }
            }
            return values[i] === null || weights === 0 ? null : sum / weights;
        });
    }

    function curve(name, data, colour, more) {
        return Object.assign({
            type: 'line', name: name, data: data, showSymbol: false, connectNulls: false, silent: false,
            lineStyle: { width: 2.2, color: colour }, itemStyle: { color: colour }, emphasis: { disabled: true }
        }, more);
    }

    /** A measured quantity: raw, faint, and smoothed on top. */
    function measured(name, series, colour, log) {
        var raw = series.low ? ranges(series, log) : points(series, series.mean, log);
        var list = [curve(name + ', every step', raw, colour, {
            lineStyle: { width: 1, color: colour, opacity: 0.32 }, silent: true, tooltip: { show: false }, z: 1
        })];
        var bold = points(series, smooth(series.mean), log);
        list.push(curve(name, bold, colour, { z: 3 }));
        // a point between two gaps has no stroke of its own
        var alone = bold.filter(function (p, i) {
            return p[1] !== null && (i === 0 || bold[i - 1][1] === null) && (i === bold.length - 1 || bold[i + 1][1] === null);
        });
        if (alone.length) {
            list.push({ type: 'scatter', name: name + ', every step', data: alone, symbolSize: 8, itemStyle: { color: colour }, silent: true, z: 4 });
        }
        return list;
    }

    /** Values of curves at the pointer. */
    function pointed(unit) {
        return function (entries) {
            var shown = entries.filter(function (e) { return !/, every step$/.test(e.seriesName) && e.value[1] !== null; });
            if (!shown.length) {
                return '';
            }
            return '<b>step ' + sg.whole(Math.round(shown[0].value[0])) + '</b>' + shown.map(function (e) {
                return '<br>' + e.marker + sg.escape(e.seriesName) + ' &nbsp;' + (unit || sg.number)(e.value[1]);
            }).join('');
        };
    }

    /** Lines of a legend: names stand side by side where there is room. */
    function legendLines(names, width) {
        var lines = names.length > 1 ? 1 : 0;
        var used = 0;
        names.forEach(function (name) {
            var needed = 54 + 7.2 * name.length;
            lines += names.length > 1 && used > 0 && used + needed > width - 20 ? 1 : 0;
            used = used > 0 && used + needed <= width - 20 ? used + needed : needed;
        });
        return lines;
    }

    /** Room above the plot. @param names in the legend @param least without one */
    function above(names, width, least) {
        return Math.max(least, 16 + 22 * legendLines(names, width || 820));
    }

    /** Each name with a piece of its line, dashed as that is. */
    function legend(theme, names) {
        return {
            show: names.length > 1, top: 0, left: 'center', itemWidth: 28, itemHeight: 10, itemGap: 16, padding: [4, 5],
            lineStyle: { width: 'inherit', type: 'inherit' }, itemStyle: { opacity: 0 },
            data: names, textStyle: sg.text(theme, 12), borderColor: 'transparent'
        };
    }

    /** What an axis shows, along it. */
    function axisName(name) {
        return name ? { name: name, nameLocation: 'middle', nameGap: 60, nameRotate: 90 } : {};
    }

    function horizontal(views, theme, more) {
        var ends = views.map(function (v) { return Math.max(v.progress.iteration, 1); });
        return sg.stepAxis(theme, Object.assign({ min: 0, max: Math.max.apply(null, ends) }, more));
    }

    /**
     * Curves over the steps.
     *
     * @param curves of {name, series, smooth (whether it is noisy), dashed, run (number of the run it belongs to)}
     * @param look {log, unit, min, max, band: [low, high], name}
     */
    function chart(views, curves, look) {
        return function (theme, width) {
            var list = [];
            curves.forEach(function (c, i) {
                var colour = c.colour ? c.colour(theme) : theme.series[c.run % theme.series.length];
                if (c.smooth) {
                    list = list.concat(measured(c.name, c.series, colour, look.log));
                } else {
                    list.push(curve(c.name, points(c.series, c.series.mean, look.log), colour, {
                        lineStyle: { width: c.thin ? 1.4 : 2.2, color: colour, type: c.dashed ? [6, 4] : 'solid' },
                        showSymbol: c.series.x.length <= (c.thin ? 1 : 60), symbolSize: 5, symbol: 'circle'
                    }));
                }
            });
            if (look.band) {
                list.push({
                    type: 'line', name: 'healthy', data: [], silent: true,
                    markArea: {
                        silent: true, itemStyle: { color: theme.band },
                        data: [[{ yAxis: look.band[0] }, { yAxis: look.band[1] }]]
                    }
                });
            }
            var names = look.legend === false ? [] : curves.map(function (c) { return c.name; });
            return sg.base(theme, {
                grid: { left: LEFT, right: 38, top: above(names, width, 14), bottom: 26, outerBoundsMode: 'none' },
                legend: legend(theme, names),
                tooltip: sg.tooltip(theme, { trigger: 'axis', formatter: pointed(look.unit), axisPointer: { lineStyle: { color: theme.faint } } }),
                xAxis: horizontal(views, theme),
                yAxis: sg.valueAxis(theme, Object.assign(axisName(look.name), {
                    type: look.log ? 'log' : 'value', min: look.min, max: look.max, scale: look.min === undefined,
                    axisLabel: Object.assign({ formatter: look.unit || sg.number }, sg.text(theme))
                })),
                series: list
            });
        };
    }

    Object.assign(sg, {
        lines: { chart: chart, curve: curve, measured: measured, points: points, smooth: smooth, pointed: pointed, legend: legend,
            above: above, axisName: axisName, horizontal: horizontal, LEFT: LEFT }
    });
}(steadygrad));
