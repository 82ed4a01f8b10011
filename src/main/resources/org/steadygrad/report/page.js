/*
 * The page. steadygrad.show(views) fills it, steadygrad.update(views) changes what is there, steadygrad.note(text) says something at
 * the top, steadygrad.drawAll() draws charts that haven't come near the screen yet.
 */
(function (sg) {
    'use strict';

    var el = sg.parts.el;
    var shown = null;
    var chosen = null;
    var printing = false;

    function dark() {
        var wanted = chosen || (window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
        return wanted === 'dark' && !printing;
    }

    function applyTheme() {
        document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
        document.getElementById('theme').textContent = dark() ? 'Light' : 'Dark';
        sg.figures.redraw();
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
                of[0].small ? sg.figures.histograms(of) : el('div', { 'class': 'figures' + (thirds(of) ? ' thirds' : '') }, of.map(sg.figures.figure))) };
        });
    }

    function thirds(charts) {
        return charts.filter(function (c) { return c.half; }).length % 3 === 0;
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

    /** Fills the page. @param views one run or several, as RunView makes them */
    function show(views) {
        var charts = sg.charts(views);
        shown = key(charts, views);
        sg.figures.reset(charts);
        var main = document.getElementById('content');
        main.textContent = '';
        var parts = sections(charts);
        var names = [['findings', 'Findings']].concat(parts.map(function (p) { return [p.id, p.name]; })).concat([['configuration', 'Configuration']]);
        main.appendChild(sg.parts.head(views));
        main.appendChild(sg.parts.navigation(names));
        main.appendChild(el('div', { id: 'list' }, sg.parts.findings(views, charts)));
        parts.forEach(function (p) { main.appendChild(p.node); });
        main.appendChild(sg.parts.configuration(views));
        sg.figures.watch();
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
        if (shown !== key(charts, views)) {
            var top = window.scrollY;
            show(views);
            window.scrollTo(0, top);
            return;
        }
        document.getElementById('head').replaceWith(sg.parts.head(views));
        var list = el('div', { id: 'list' }, sg.parts.findings(views, charts));
        if (list.textContent !== document.getElementById('list').textContent) {
            document.getElementById('list').replaceWith(list);
        }
        sg.figures.change(charts);
    }

    function note(text) {
        document.getElementById('note').textContent = text;
    }

    /** Paper is white, and as wide as the style sheet says. */
    function print(now) {
        printing = now;
        document.body.classList.toggle('printing', now);
        applyTheme();
        sg.figures.drawAll();
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
        window.addEventListener('beforeprint', function () { print(true); });
        window.addEventListener('afterprint', function () { print(false); });
        applyTheme();
    }

    start();
    Object.assign(sg, { show: show, update: update, note: note, drawAll: sg.figures.drawAll });
}(steadygrad));
