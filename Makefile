# The two commands of a fresh machine are `make quickstart` and `make test`; the `yanmo` command itself never needs make.
# What is set up is kept in .venv and renewed only when pyproject.toml changes.

PYTHON ?= python3
VENV ?= .venv
PEERS ?= .venv-peers
OUT ?= runs/quickstart
MINUTES ?= 6

bin := $(VENV)/bin
sources := src tests benchmarks
benchmarks := speed tuning inference tokenise peak memory
# Decides by what is there: a torch that was installed before, a CUDA build for example, stays as it is.
keep_torch := "from importlib.metadata import version; print('torch==' + version('torch'))"
install = { $(bin)/python -c $(keep_torch) 2>/dev/null || cat constraints/cpu.txt; } > $(VENV)/torch.txt \
	&& $(bin)/python -m pip install -qq --disable-pip-version-check -c $(VENV)/torch.txt -e '.[$(extras)]' || { \
	echo "Not installed. $$(cat $(VENV)/torch.txt) was asked for; torch must be 2.11 or newer: another one goes into $(VENV) first."; \
	echo "安装未完成。要求的是 $$(cat $(VENV)/torch.txt)；torch 须为 2.11 或更新版本：如需更换，请先装入 $(VENV)。"; exit 1; }
# Files stay whole: what a file sets up once is set up once.
parallel := -n auto --maxprocesses 8 --dist loadfile
say := printf '\033[1m%s\033[0m\n'

.DEFAULT_GOAL := help
.PHONY: help quickstart test test-all check bench clean

help:
	@echo 'make TARGET'
	@awk -F ' *## *' '/^[a-z-]+:.*##/ { split($$1, name, ":"); printf "  %-12s%s\n              %s\n", name[1], $$2, $$3 }' Makefile

quickstart: $(VENV)/.installed ## Set up .venv and see the whole story in about 6 minutes ## 准备 .venv，约 6 分钟跑完全程
	@$(bin)/yanmo quickstart --out $(OUT) --minutes $(MINUTES)

test: $(VENV)/.installed-develop ## Install what tests need and run them (about 15 minutes on 2 cores) ## 安装测试所需的包并运行测试（双核约 15 分钟）
	@$(say) 'Tests 运行测试'
	@$(bin)/pytest $(parallel) -m 'not slow'

test-all: $(VENV)/.installed-develop ## Every test, the slow ones too ## 运行全部测试，包括较慢的
	@$(bin)/pytest $(parallel)

check: $(VENV)/.installed-develop ## Format, lint, types, import order, measures of the house ## 检查格式、规范、类型、导入次序和代码尺度
	@$(say) 'Format 格式';       $(bin)/ruff format --check $(sources)
	@$(say) 'Lint 规范';         $(bin)/ruff check $(sources)
	@$(say) 'Types 类型';        $(bin)/mypy
	@$(say) 'Imports 导入次序';  $(bin)/lint-imports
	@$(say) 'Measures 代码尺度'; $(bin)/pytest tests/project

bench: ## Speed and memory beside others, who get an environment of their own ## 与其他实现比较速度和内存，它们装入单独的环境
	@$(MAKE) --no-print-directory VENV=$(PEERS) $(PEERS)/.installed-peers
	@for name in $(benchmarks); do $(PEERS)/bin/python benchmarks/$$name.py || exit 1; done

clean: ## Delete caches and build leftovers; .venv and runs/ stay ## 删除缓存和构建产物，保留 .venv 和 runs/
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find $(sources) -name __pycache__ -type d -prune -exec rm -rf {} +

$(bin)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python >= 3.11 is needed, and $(PYTHON) is no such one. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
	  echo "需要 Python >= 3.11，而 $(PYTHON) 不是。可尝试：make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(say) 'Creating $(VENV) 创建虚拟环境'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-peers: extras := bench,zh
$(VENV)/.installed-peers: pyproject.toml | $(bin)/pip
	@$(say) 'Installing the peers that Yanmo is compared with (once) 安装用于比较的其他实现（仅一次）'
	@$(install)
	@touch $@

$(VENV)/.installed: extras := zh,data,tracking
$(VENV)/.installed: pyproject.toml | $(bin)/pip
	@$(say) 'Installing Yanmo (a few minutes, once) 安装研墨（仅一次，需几分钟）'
	@$(install)
	@touch $@

$(VENV)/.installed-develop: extras := dev,hf,zh,data,tracking
$(VENV)/.installed-develop: pyproject.toml | $(bin)/pip
	@$(say) 'Installing what tests need (once) 安装测试所需的包（仅一次）'
	@$(install)
	@touch $@
